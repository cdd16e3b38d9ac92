// Small helpers around the DOM. Text of documents and models is only ever set as text, so nothing
// in it can become part of the page.

export const element = (id) => document.getElementById(id);

/** A new element: made("p", {class: "note"}, "some text", another). */
export function made(tag, attributes = {}, ...inside) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...inside.filter((each) => each !== null && each !== ""));
  return node;
}

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** Tell a screen reader something that is seen elsewhere. */
export function announce(text) {
  element("announce").textContent = text;
}

export const counted = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;

export const oneLine = (text) => text.replace(/\s+/g, " ").trim();

/** "about 40 s", "about 3 min". */
export function duration(seconds) {
  if (seconds < 90) return `about ${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min`;
  return `about ${Math.round(seconds / 3600)} h`;
}

/** Where a quote stands: "page 14 (printed 9)", "slide 3", "B7"; "" if nothing tells. */
export function placeOf(cited) {
  const place = oneLine(cited.place ?? "");
  if (cited.page === null || cited.page === undefined) return place;
  const label = cited.page_label;
  const printed = label && label !== String(cited.page) ? ` (printed ${label})` : "";
  return `page ${cited.page}${printed}${place ? `, ${place}` : ""}`;
}
