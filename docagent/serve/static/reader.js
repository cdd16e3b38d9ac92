// The document beside the answer: at the page of a quote, its words marked; and from quote to quote.

import { getJson } from "./api.js";
import { byId, found as lookedUp } from "./documents.js";
import { element, made, oneLine, placeOf } from "./dom.js";
import { ImageView, isImage } from "./image-view.js";
import { PdfView, warm } from "./pdf-view.js";
import { TextView } from "./text-view.js";

const covering = window.matchMedia("(max-width: 800px)"); // where the reader hides the rest

const state = { id: null, quotes: [], index: -1, opener: null, page: 1, asText: false, same: true, turn: 0 };
let pdf = null;
let text = null;
let image = null;
let view = null;
let changed = () => {};

/** `change(citations, index)` is told which quote is open; index -1 for none. */
export function start(change) {
  changed = change;
  pdf = new PdfView(element("view"), moved);
  text = new TextView(element("view"), moved);
  image = new ImageView(element("view"));
  const clicks = {
    "close-reader": close,
    "quote-before": () => step(-1),
    "quote-after": () => step(1),
    "page-before": () => turn(-1),
    "page-after": () => turn(1),
    smaller: () => view?.zoom(1 / 1.2),
    larger: () => view?.zoom(1.2),
    "as-text": toggleText,
  };
  for (const [id, action] of Object.entries(clicks)) element(id).addEventListener("click", action);
  element("page-number").addEventListener("change", (event) => goTo(Number.parseInt(event.target.value, 10)));
  element("reader").addEventListener("keydown", keyed);
  covering.addEventListener("change", coverRest);
}

/** Load what PDFs are drawn with before it is needed. */
export const prepare = () => void warm().catch(() => {});

/** Show a quote of an answer; `opener` gets the focus back. */
export async function openQuote(citations, index, opener) {
  Object.assign(state, { quotes: citations, index, opener: opener ?? state.opener });
  const cited = citations[index];
  state.id = cited.document_id;
  state.asText = false;
  await show(cited);
}

/** Show a document from its first page. */
export async function openDocument(id) {
  Object.assign(state, { quotes: [], index: -1, opener: document.activeElement, id, asText: false });
  await show(null);
}

const nameOf = () => byId(state.id)?.name ?? "";

// How the document can be drawn; null if only its text can be shown.
function drawable() {
  if (/\.pdf$/i.test(nameOf())) return pdf;
  return isImage(nameOf()) ? image : null;
}

const viewWanted = () => (state.asText ? text : (drawable() ?? text));
const counts = () => byId(state.id)?.pages ?? 0;

async function show(cited) {
  const mine = ++state.turn;
  const found = byId(state.id);
  element("reader").hidden = false;
  document.body.classList.add("reading");
  coverRest();
  note("");
  element("reader-title").textContent = found?.name ?? cited.document;
  element("reader-title").title = found?.name ?? "";
  element("reader-place").textContent = cited ? placeOf(cited) : "";
  showQuoteBar();
  changed(state.quotes, state.index);
  element("reader-title").focus({ preventScroll: true });
  state.page = cited?.page ?? 1;
  try {
    if (!found && !(await lookedUp(state.id))) return mine === state.turn && gone(cited);
    if (mine !== state.turn) return;
    const place = cited ? await placeIn(cited) : null;
    if (mine !== state.turn) return;
    // Words that have moved since are not marked: others stand there now.
    state.same = !cited || oneLine(place.quote) === oneLine(cited.quote);
    if (state.same && place?.overleaf.length) element("reader-place").textContent += ", goes on overleaf";
    if (!state.same) note("The document has changed since this answer: its words are not where they were.");
    await draw(cited, state.same ? place : null, mine);
  } catch (error) {
    if (mine === state.turn) note(error.message);
  }
  if (mine === state.turn) showTools();
}

async function draw(cited, place, mine) {
  use(viewWanted());
  showTools();
  if (view === text) {
    if (place) await text.show(state.id, cited.start, cited.end, true);
    else if (counts()) await text.showPage(state.id, state.page);
    else await text.show(state.id, 0, 0, false);
    return;
  }
  try {
    if (view === image) await image.show(state.id, nameOf(), place);
    else await pdf.show(state.id, place?.page ?? state.page, place);
  } catch (error) {
    if (mine !== state.turn) return;
    // A locked or broken file: what docagent could read of it is shown instead.
    state.asText = true;
    await draw(cited, place, mine);
    note(`This file cannot be drawn here (${error.message}). This is its text.`);
    return;
  }
  const unsure = place ? [place, ...place.overleaf].filter((one) => !one.boxes.length) : [];
  if (unsure.length) {
    note(`The words could not be placed on page ${unsure[0].page} for certain. “Text” shows them.`);
  }
}

async function placeIn(cited) {
  if (viewWanted() === pdf) {
    use(pdf);
    pdf.begin(state.id, cited.page ?? 1); // meanwhile
  }
  const path = `/documents/${encodeURIComponent(state.id)}/places?start=${cited.start}&end=${cited.end}`;
  return getJson(path);
}

function use(wanted) {
  if (view && view !== wanted) view.close();
  view = wanted;
}

function gone(cited) {
  view?.close();
  view = null;
  note("This document is not here any more.");
  element("view").replaceChildren(made("blockquote", { class: "lost" }, oneLine(cited.quote)));
}

function note(words) {
  element("reader-note").hidden = !words;
  element("reader-note").textContent = words;
}

function showTools() {
  const pages = counts();
  element("page-tools").classList.toggle("pageless", !pages || !view);
  element("page-tools").hidden = !view;
  element("page-count").textContent = `of ${pages.toLocaleString("en")}`;
  element("as-text").hidden = !drawable();
  element("as-text").setAttribute("aria-pressed", String(state.asText));
  moved(state.page);
}

function showQuoteBar() {
  element("quote-bar").hidden = state.quotes.length < 2;
  element("quote-told").textContent = `Quote ${state.index + 1} of ${state.quotes.length}`;
}

function moved(number) {
  state.page = number;
  if (document.activeElement !== element("page-number")) element("page-number").value = number;
  element("page-before").disabled = number <= 1;
  element("page-after").disabled = number >= counts();
}

function step(by) {
  const many = state.quotes.length;
  if (many > 1) openQuote(state.quotes, (state.index + by + many) % many);
}

const turn = (by) => goTo(state.page + by);

function goTo(number) {
  if (!view || !(number >= 1 && number <= counts())) return moved(state.page);
  if (view === image) return moved(1);
  const going = view === pdf ? pdf.show(state.id, number, null) : text.showPage(state.id, number);
  return going.catch((error) => note(error.message));
}

function toggleText() {
  state.asText = !state.asText;
  const cited = state.quotes[state.index] ?? null;
  const mine = ++state.turn;
  note("");
  const shown = cited && state.same ? placeIn(cited) : Promise.resolve(null);
  shown
    .then((place) => draw(cited, place, mine))
    .then(showTools, (error) => note(error.message));
}

function keyed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return close();
  if (event.target.matches("input")) return;
  const wide = element("view").scrollWidth > element("view").clientWidth + 1;
  const actions = { n: () => step(1), p: () => step(-1) };
  if (!wide) Object.assign(actions, { ArrowLeft: () => turn(-1), ArrowRight: () => turn(1) });
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

/** Close it; the focus goes back to where it was opened from. */
export function close() {
  state.turn += 1;
  view?.close();
  view = null;
  element("reader").hidden = true;
  document.body.classList.remove("reading");
  coverRest();
  changed(state.quotes, -1);
  const back = state.opener?.offsetParent ? state.opener : element("question"); // it may be hidden now
  back.focus();
}

// On a small screen the reader lies over everything else, which then cannot be reached.
function coverRest() {
  const covered = covering.matches && !element("reader").hidden;
  for (const id of ["side", "main"]) element(id).inert = covered;
}
