// The question, and the thread of answers.

import { events, getJson, send } from "./api.js";
import { all, byId, chosenIds, countAll, problem } from "./documents.js";
import { announce, counted, element } from "./dom.js";
import { Turn } from "./turn.js";

const turns = [];
let asking = null;
let openQuote = () => {};
let asked = () => {};
let answered = () => {};

/** `open(citations, index, opener)` shows a quote; `begin()` and `done()` are called before and
 * after each answer. */
export function start(open, begin, done) {
  openQuote = open;
  asked = begin;
  answered = done;
  const question = element("question");
  element("ask-form").addEventListener("submit", ask);
  element("stop").addEventListener("click", () => {
    asking?.abort();
    question.focus();
  });
  question.addEventListener("input", fit);
  question.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) ask(event);
  });
}

// As high as what is written in it, up to where it scrolls.
function fit() {
  const question = element("question");
  question.style.height = "auto";
  question.style.height = `${question.scrollHeight}px`;
}

/** Say which documents are asked, and what there is to do first. */
export function showScope() {
  const documents = all();
  const ready = documents.filter((one) => one.state === "ready");
  const waiting = documents.filter((one) => one.state !== "ready" && one.state !== "failed");
  element("asked-of").textContent = scope(ready, waiting, chosenIds().map(byId));
  element("ask").disabled = !ready.length;
  welcome(documents, ready, waiting);
}

function scope(ready, waiting, chosen) {
  if (chosen.length > 1) return `Asking the ${chosen.length} documents you ticked`;
  if (chosen.length) return `Asking ${chosen[0].name}`;
  if (!ready.length) return "";
  if (all().length < countAll()) return `Asking all ${counted(countAll(), "document")}`;
  if (ready.length === 1) return `Asking ${ready[0].name}${waiting.length ? "; the rest is being read" : ""}`;
  if (waiting.length) return `Asking the ${ready.length} documents read so far`;
  return ready.length === 2 ? "Asking both documents" : `Asking all ${counted(ready.length, "document")}`;
}

function welcome(documents, ready, waiting) {
  element("welcome").hidden = turns.length > 0;
  const [title, text] = ready.length
    ? ["What would you like to know?", "Ask in plain words. The answer cites the sentences it stands on; click one to see it on its page."]
    : waiting.length
      ? ["Reading", "You can ask as soon as the first document is read."]
      : ["Ask your documents", "Every answer shows the sentence it stands on, marked on its page."];
  set("welcome-title", title);
  set("welcome-text", text);
  element("drop").classList.toggle("small", documents.length > 0);
}

function set(id, text) {
  if (element(id).textContent !== text) element(id).textContent = text;
}

async function ask(event) {
  event.preventDefault();
  const question = element("question");
  const text = question.value.trim();
  if (!text) return question.focus();
  if (element("ask").disabled) return problem("There is no document to ask yet: add one first.");
  asking?.abort();
  problem("");
  question.value = "";
  fit();
  await answerTo(text, chosenIds());
}

async function answerTo(text, documents) {
  const mine = (asking = new AbortController());
  const turn = add(new Turn(text, openQuote));
  working(true);
  asked();
  announce("Asking");
  try {
    const body = { question: text, documents, keep: true, stream: true };
    const response = await send("POST", "/ask", body, { signal: mine.signal });
    for await (const [name, data] of events(response)) {
      turn.follow(name, data);
      keepInSight(turn);
    }
    if (!turn.answer) throw new Error("The server ended before the answer was whole.");
    answered();
  } catch (error) {
    turn.fail(mine.signal.aborted ? "Stopped" : error.message);
    if (!mine.signal.aborted && !element("question").value) element("question").value = text;
  } finally {
    if (asking === mine) working(false);
  }
}

function working(on) {
  element("ask").hidden = on;
  element("stop").hidden = !on;
  if (!on) asking = null;
}

function add(turn) {
  turns.push(turn);
  element("welcome").hidden = true;
  element("thread").append(turn.node);
  turn.node.scrollIntoView({ block: "start" });
  return turn;
}

// The question stays at the top while its answer grows below it.
function keepInSight(turn) {
  const box = element("scroll");
  const below = turn.node.getBoundingClientRect().bottom - box.getBoundingClientRect().bottom;
  const above = turn.node.getBoundingClientRect().top - box.getBoundingClientRect().top;
  if (below > 0) box.scrollTop += Math.min(below + 16, Math.max(0, above));
}

/** The turn that these citations belong to. */
export const turnOf = (citations) => turns.find((turn) => turn.answer?.citations === citations);

/** Show a question of the history with its answer. */
export async function recall(id) {
  const told = await getJson(`/history/${id}`);
  const when = new Date(told.asked_at * 1000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  const turn = new Turn(told.answer.question, openQuote, `Asked ${when}`);
  turn.finish(told.answer);
  add(turn);
  turn.heading.focus({ preventScroll: true });
}
