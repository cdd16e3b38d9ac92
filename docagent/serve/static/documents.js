// The list of documents: how far each is read, what of it could not be, and which are asked.

import { call, getJson } from "./api.js";
import { announce, counted, duration, element, icon, made } from "./dom.js";

const SHOWN = 300; // rows; more are found with the filter
const FILTER_FROM = 12; // documents

const chosen = new Set();
const rows = new Map(); // id -> {node, told}
const begun = new Map(); // what is in progress -> when it was first seen, and how far it was
let documents = [];
let total = 0; // of a large store only the first are listed
let unlisted = null; // the last one that was shown all the same
let opened = () => {};
let changed = () => {};
let timer = null;
let settled = null;

export const all = () => documents;
export const countAll = () => total;
export const byId = (id) => documents.find((one) => one.id === id) ?? (unlisted?.id === id ? unlisted : undefined);
export const chosenIds = () => documents.filter((one) => chosen.has(one.id)).map((one) => one.id);

/** The same, also of one that is not listed; undefined if there is none. */
export async function found(id) {
  if (documents.length < total && !documents.some((one) => one.id === id)) {
    unlisted = await getJson(`/documents/${encodeURIComponent(id)}`).catch(() => null);
  }
  return byId(id);
}

/** `open(id)` shows a document; `change()` is called when there are others, or others are chosen. */
export function start(open, change) {
  opened = open;
  changed = change;
  element("filter").addEventListener("input", draw);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  return refresh();
}

export async function refresh() {
  clearTimeout(timer);
  try {
    const [health, told] = await Promise.all([getJson("/health"), getJson("/documents")]);
    documents = told.documents;
    total = told.total;
    for (const id of chosen) if (!byId(id)) chosen.delete(id);
    showState(health);
    showEmbedding(told.embedding);
    draw();
    tellWhenRead();
    changed();
  } catch (error) {
    element("state").textContent = error.message;
    element("state").dataset.kind = "bad";
  }
  const busy = documents.some((one) => one.state !== "ready" && one.state !== "failed");
  const rest = documents.length > 2000 ? 10000 : 3000;
  if (!document.hidden) timer = setTimeout(refresh, busy ? 800 : rest);
}

function showState(health) {
  const words = {
    loading: "The model is loading",
    ready: "Ready",
    none: "Quotes only, no language model",
  };
  const state = element("state");
  const text = words[health.model] ?? health.model;
  if (state.textContent !== text) state.textContent = text;
  state.dataset.kind = health.model in words ? health.model : "bad";
}

function showEmbedding(embedding) {
  const note = element("embedding");
  note.hidden = !embedding;
  if (!embedding) begun.delete("embedding");
  else note.textContent = `You can ask already; search is made better still: ${share("embedding", embedding)}`;
}

// "page 40 of 300, about 20 s left": the time is reckoned from what was seen of it so far.
function share(key, progress) {
  const now = performance.now();
  const known = begun.get(key);
  if (!known || known.stage !== progress.stage || known.done > progress.done) {
    begun.set(key, { stage: progress.stage, done: progress.done, at: now });
  }
  const first = begun.get(key);
  const gained = progress.done - first.done;
  const seconds = (now - first.at) / 1000;
  const left = gained > 0 && seconds > 1 ? (seconds / gained) * (progress.total - progress.done) : null;
  const stage = progress.stage === "ocr" ? "text recognition, " : "";
  const numbers = `${progress.done.toLocaleString("en")} of ${progress.total.toLocaleString("en")}`;
  return `${stage}${numbers} ${progress.unit}${left === null ? "" : `, ${duration(left)} left`}`;
}

function draw() {
  const wanted = element("filter").value.trim().toLowerCase();
  element("filter").hidden = documents.length < FILTER_FROM;
  const found = documents.filter((one) => one.name.toLowerCase().includes(wanted));
  const shown = found.slice(0, SHOWN);
  const note = element("documents-note");
  const many = wanted ? found.length : total;
  const more = many - shown.length;
  const inList = documents.length < total ? ` Names are looked for in the first ${documents.length.toLocaleString("en")}.` : "";
  note.hidden = !more && !inList && documents.length > 0;
  note.textContent = more || inList ? `The first ${shown.length} of ${many.toLocaleString("en")}.${inList}` : "None yet.";
  element("documents").classList.toggle("several", documents.length > 1);
  const list = element("documents");
  const ids = new Set(shown.map((one) => one.id));
  for (const [id, row] of rows) {
    if (ids.has(id)) continue;
    row.node.remove();
    rows.delete(id);
    begun.delete(id);
  }
  // A row is only made anew when it tells something else, so that the focus in it stays.
  let before = null;
  for (const one of shown) {
    const text = one.progress ? share(one.id, one.progress) : "";
    const told = JSON.stringify([one, text, chosen.has(one.id)]);
    const known = rows.get(one.id);
    if (known?.told !== told) {
      const node = row(one, text, known?.node.querySelector("details")?.open);
      if (known) replaced(known.node, node);
      rows.set(one.id, { node, told });
    }
    const node = rows.get(one.id).node;
    const next = before ? before.nextElementSibling : list.querySelector(".document");
    if (node !== next) list.insertBefore(node, next);
    before = node;
  }
}

function replaced(old, node) {
  const name = old.contains(document.activeElement) ? document.activeElement.dataset.name : null;
  old.replaceWith(node);
  if (name) node.querySelector(`[data-name="${name}"]`)?.focus();
}

function row(one, progress, unfolded) {
  const pick = made("input", {
    type: "checkbox",
    class: "pick",
    "data-name": "pick",
    "aria-label": `Ask ${one.name}`,
    onchange: (event) => {
      if (event.target.checked) chosen.add(one.id);
      else chosen.delete(one.id);
      changed();
    },
  });
  pick.checked = chosen.has(one.id);
  const open = { class: "name", type: "button", "data-name": "open", title: one.name };
  const name = made("button", { ...open, disabled: one.state !== "ready", onclick: () => opened(one.id) }, one.name);
  const lines = made("div", { class: "lines" }, name, made("p", { class: "meta" }, meta(one, progress)));
  if (one.progress?.total) {
    const { done, total } = one.progress;
    lines.append(made("progress", { value: done, max: total, "aria-label": `Reading ${one.name}` }));
  }
  const notes = [...one.warnings];
  if (one.silent_pages?.length) notes.push(`without text: ${unitsOf(one, one.silent_pages)}`);
  if (notes.length) lines.append(unread(notes, unfolded));
  const item = made("li", { class: "document", "data-state": one.state, "data-id": one.id }, pick, lines);
  if (one.uploaded) item.append(remover(one));
  return item;
}

function unitsOf(one, numbers) {
  const first = numbers.slice(0, 12).join(", ");
  return `${one.unit ?? "page"}s ${first}${numbers.length > 12 ? ` and ${numbers.length - 12} more` : ""}`;
}

function meta(one, progress) {
  if (one.state === "failed") return one.error ?? "This file could not be read.";
  if (one.state === "reading") return progress ? `Reading: ${progress}` : "Reading";
  if (one.state === "changing") return "Being written; it is read when that is done";
  if (one.state === "waiting") return "Waits to be read";
  return one.pages ? counted(one.pages, one.unit ?? "page") : "Read";
}

function unread(notes, unfolded) {
  const items = notes.map((note) => made("li", {}, `${note[0].toUpperCase()}${note.slice(1)}`));
  const summary = made("summary", {}, icon("alert"), "Not all of it was read");
  return made("details", { class: "unread", open: Boolean(unfolded) }, summary, made("ul", {}, ...items));
}

function remover(one) {
  const label = { class: "icon-button remove", type: "button", "data-name": "remove", "aria-label": `Remove ${one.name}` };
  const remove = async () => {
    await call(`/v1/files/${one.id}`, { method: "DELETE" }).catch(problem);
    announce(`${one.name} was removed`);
    element("add").focus();
    refresh();
  };
  return made("button", { ...label, onclick: remove }, icon("close"));
}

function tellWhenRead() {
  const waiting = documents.filter((one) => one.state !== "ready" && one.state !== "failed").length;
  if (settled !== null && settled > 0 && waiting === 0) announce("All documents are read");
  settled = waiting;
}

/** Say what went wrong, above the question. */
export function problem(error) {
  const line = element("problem");
  line.hidden = !error;
  line.textContent = error ? (error.message ?? error) : "";
}

/** A row for a file on its way here: `part(x)` says how far, `end()` takes it away. */
export function pending(name) {
  const bar = made("progress", { max: 1, value: 0, "aria-label": `Adding ${name}` });
  const lines = made("div", { class: "lines" }, made("p", { class: "name" }, name), made("p", { class: "meta" }, "On its way"), bar);
  const node = made("li", { class: "arriving" }, lines);
  element("documents").append(node);
  element("documents-note").hidden = true;
  return {
    part: (share) => (bar.value = share),
    end: () => node.remove(),
  };
}
