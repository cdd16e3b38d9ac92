// A document as its extracted text, a stretch at a time: what has no pages to draw, and any other on
// request. Offsets count code points, as the server's do.

import { getJson } from "./api.js";
import { made } from "./dom.js";

const AROUND = 6000; // characters shown before and after a place

export class TextView {
  /** In `box`, calling `moved(page)` when another page is in sight. */
  constructor(box, moved) {
    this.box = box;
    this.moved = moved;
    this.scale = 1;
    this.onScroll = () => this.tellPage();
  }

  /** Show a document's text at a stretch of it, marked if `marked`. */
  async show(id, start, end, marked) {
    this.id = id;
    this.quote = marked ? [start, end] : null;
    this.from = Math.max(0, start - AROUND);
    this.to = end + AROUND;
    this.column = made("div", { class: "text-view" });
    this.zoom(1);
    const told = await this.load(this.from, this.to);
    if (!told) return;
    this.box.replaceChildren(this.column);
    this.box.addEventListener("scroll", this.onScroll);
    this.column.append(...this.drawn(told));
    this.addMore(told);
    const mark = this.column.querySelector("mark");
    if (mark) mark.scrollIntoView({ block: "center" });
    else this.scrollTo(start);
    this.tellPage();
  }

  /** Show a page from its beginning. */
  async showPage(id, number) {
    const page = await getJson(`/documents/${encodeURIComponent(id)}/pages/${number}`);
    await this.show(id, page.start, page.start, false);
    this.moved(number);
  }

  close() {
    this.box.removeEventListener("scroll", this.onScroll);
    this.box.replaceChildren();
    this.id = null;
  }

  zoom(factor) {
    this.scale = Math.min(2, Math.max(0.8, this.scale * factor));
    this.column?.style.setProperty("--text-scale", this.scale);
  }

  async load(from, to) {
    const id = this.id;
    const told = await getJson(`/documents/${encodeURIComponent(id)}/text?start=${from}&end=${to}`);
    return this.id === id ? told : null;
  }

  // Buttons above and below lead on.
  addMore(told) {
    const more = (name, before) =>
      made("button", { type: "button", class: "text-button more", onclick: (event) => this.extend(event.target, before) }, name);
    if (told.start > 0) this.column.prepend(more("Show what comes before", true));
    if (told.end < told.length) this.column.append(more("Show what comes after", false));
  }

  async extend(button, before) {
    const told = before
      ? await this.load(Math.max(0, this.from - 4 * AROUND), this.from)
      : await this.load(this.to, this.to + 4 * AROUND);
    if (!told) return;
    const height = this.box.scrollHeight;
    button.replaceWith(...this.drawn(told));
    if (before) {
      this.from = told.start;
      this.box.scrollTop += this.box.scrollHeight - height;
      this.addMore({ ...told, end: told.length });
    } else {
      this.to = told.end;
      this.addMore({ ...told, start: 0 });
    }
    this.box.focus({ preventScroll: true });
  }

  // Headings, rows, paragraphs, and lines where pages begin.
  drawn(told) {
    const letters = Array.from(told.text);
    const nodes = [];
    const starts = told.pages.map((page) => ({ ...page, kind: "page", end: page.start, level: 0 }));
    const parts = [...starts, ...told.blocks].sort((a, b) => a.start - b.start || a.end - b.end);
    let at = told.start;
    for (const part of parts) {
      if (part.start > at) this.addText(nodes, letters, told, at, part.start, "text", 0);
      if (part.kind === "page") {
        const name = `${told.unit[0].toUpperCase()}${told.unit.slice(1)} ${part.page}`;
        nodes.push(made("p", { class: "page-line", "data-page": part.page }, name));
      } else {
        this.addText(nodes, letters, told, Math.max(at, part.start), Math.min(part.end, told.end), part.kind, part.level);
      }
      at = Math.max(at, part.end);
    }
    this.addText(nodes, letters, told, at, told.end, "text", 0);
    return nodes;
  }

  addText(nodes, letters, told, from, to, kind, level) {
    const slice = (a, b) => letters.slice(a - told.start, b - told.start).join("");
    if (to <= from || !slice(from, to).trim()) return;
    if (kind === "row") {
      const cells = cellsOf(slice(from, to)).map(([a, b]) => made("td", {}, ...this.pieces(slice, from + a, from + b)));
      const row = made("tr", { class: cells.length > 1 ? "block" : "block plain", "data-start": from }, ...cells);
      if (nodes.at(-1)?.matches?.("table")) nodes.at(-1).append(row);
      else nodes.push(made("table", { class: "rows" }, row));
      return;
    }
    const heading = kind === "heading" ? { role: "heading", "aria-level": Math.min(6, level + 2) } : {};
    nodes.push(made("div", { class: `block ${kind}`, "data-start": from, ...heading }, ...this.pieces(slice, from, to)));
  }

  // The text from `from` to `to`, as much of it marked as belongs to the quote.
  pieces(slice, from, to) {
    const [start, end] = this.quote ?? [0, 0];
    const a = Math.min(Math.max(start, from), to);
    const b = Math.min(Math.max(end, from), to);
    return b > a ? [slice(from, a), made("mark", {}, slice(a, b)), slice(b, to)] : [slice(from, to)];
  }

  scrollTo(offset) {
    const blocks = [...this.column.querySelectorAll(".block")];
    const block = blocks.find((one) => Number(one.dataset.start) >= offset);
    block?.scrollIntoView({ block: "start" });
    if (offset === 0) this.box.scrollTop = 0;
  }

  tellPage() {
    const top = this.box.getBoundingClientRect().top + this.box.clientHeight / 3;
    const lines = [...this.column.querySelectorAll(".page-line")];
    const passed = lines.filter((line) => line.getBoundingClientRect().top <= top);
    const line = passed.at(-1) ?? lines[0];
    if (line) this.moved(Number(line.dataset.page));
  }
}

// Where the cells of a row lie in it, in code points: two spaces, tabs and bars stand between them.
function cellsOf(row) {
  const cells = [];
  let at = 0;
  for (const part of row.split(/( {2,}|\t| \| )/)) {
    const length = Array.from(part).length;
    if (cells.length % 2 === 0) cells.push([at, at + length]);
    else cells.push(null);
    at += length;
  }
  return cells.filter(Boolean);
}
