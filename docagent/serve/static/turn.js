// One question with its answer: the steps while it is worked on, the words as they come, the quotes.

import { announce, counted, made, oneLine, placeOf } from "./dom.js";

const STAGES = {
  read: "Reading",
  ocr: "Recognising text",
  embed: "Preparing the search",
  prefill: "Reading the passages",
  write: "Writing",
  parts: "Reading",
};
const MARKER = /\[(?:\d+(?:, ?\d+)*|unsupported)\]/g;

/** A turn in the thread. `open(citations, index, opener)` shows a quote in its document. */
export class Turn {
  constructor(question, open, asked = "") {
    this.open = open;
    this.steps = [];
    this.status = made("p", { class: "status working" }, "Asking");
    this.body = made("div", { class: "answer", hidden: true });
    this.rest = made("div", { class: "rest" });
    const when = asked ? made("p", { class: "note" }, asked) : null;
    const heading = made("h2", { class: "question", tabindex: "-1" }, question);
    this.node = made("article", { class: "turn", "aria-label": question.slice(0, 200) }, when, heading, this.status, this.body, this.rest);
    this.heading = heading;
  }

  /** Take in an event of the server. */
  follow(name, data) {
    if (name === "waiting") {
      const time = data.seconds === null ? "" : `, about ${Math.ceil(data.seconds)} s`;
      this.say(`Number ${data.position} in the queue${time}`);
    } else if (name === "progress") {
      const stage = STAGES[data.stage] ?? data.stage;
      const share = data.total > 1 && data.stage !== "write" ? `: ${data.done.toLocaleString("en")} of ${data.total.toLocaleString("en")} ${data.unit}` : "";
      this.say(`${stage}${share}`);
    } else if (name === "step") {
      this.steps.push(data);
      this.say(data.text);
    } else if (name === "token") {
      this.body.hidden = false;
      this.body.append(data.text);
    } else if (name === "answer") {
      this.finish(data);
    } else if (name === "error") {
      throw new Error(data.error.message);
    }
  }

  say(text) {
    this.status.textContent = `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;
  }

  /** It ended without an answer. */
  fail(text) {
    this.status.className = "status failed";
    this.say(text);
    announce(text);
  }

  /** Show the whole answer. */
  finish(answer) {
    this.answer = answer;
    this.status.remove();
    this.body.hidden = false;
    this.body.classList.toggle("not-found", !answer.found);
    this.body.replaceChildren(...this.withMarkers(answer));
    this.rest.replaceChildren(...this.below(answer));
    const quotes = answer.citations.length ? ` ${counted(answer.citations.length, answer.found ? "quote" : "passage")} below.` : "";
    announce(`${answer.answer}${quotes}`);
  }

  // "[1]" and "[1, 2]" become buttons; what nothing bears out is marked as such.
  withMarkers(answer) {
    const parts = [];
    let at = 0;
    for (const match of answer.answer.matchAll(MARKER)) {
      const numbers = match[0].slice(1, -1).split(",").map(Number);
      const known = numbers.every((number) => answer.citations.some((cited) => cited.id === number));
      if (match[0] !== "[unsupported]" && !known) continue;
      parts.push(answer.answer.slice(at, match.index).replace(/ $/, "\u00a0"));
      at = match.index + match[0].length;
      if (known) parts.push(...numbers.map((number) => this.marker(number)));
      else parts.push(made("span", { class: "unsupported", title: "Nothing in the passages bears this out." }, "unsupported"));
    }
    parts.push(answer.answer.slice(at));
    return parts;
  }

  marker(number) {
    const index = this.answer.citations.findIndex((cited) => cited.id === number);
    const cited = this.answer.citations[index];
    const label = `Quote ${number}: ${cited.document}, ${placeOf(cited)}`;
    const button = made("button", { type: "button", class: "marker", "aria-label": label, title: label }, String(number));
    button.addEventListener("click", () => this.open(this.answer.citations, index, button));
    return button;
  }

  below(answer) {
    const parts = [];
    if (answer.note) parts.push(made("p", { class: "note" }, answer.note));
    if (!answer.found && answer.citations.length) parts.push(made("h3", { class: "nearest" }, "Nearest passages"));
    const quotes = answer.citations.map((cited, index) => made("li", {}, this.quote(cited, index)));
    if (quotes.length) parts.push(made("ol", { class: "quotes", "aria-label": answer.found ? "Quotes" : "Nearest passages" }, ...quotes));
    parts.push(this.how(answer));
    return parts;
  }

  quote(cited, index) {
    const place = placeOf(cited);
    const source = made("span", { class: "source" }, made("span", { class: "file" }, cited.document), place ? ` · ${place}` : "");
    const words = oneLine(cited.quote);
    const shown = words.length > 320 ? `${words.slice(0, 300)}…` : words;
    const button = made("button", { type: "button", class: "quote" }, made("span", { class: "number" }, String(cited.id)), made("span", { class: "words" }, shown), source);
    button.addEventListener("click", () => this.open(this.answer.citations, index, button));
    return button;
  }

  how(answer) {
    const facts = [`${Math.round(answer.confidence * 100)}% sure that the documents answer this`];
    if (answer.model && answer.model !== "none") facts.push(answer.model);
    facts.push(`strategy: ${answer.strategy}`, `${answer.seconds.total.toFixed(1)} s`);
    const steps = this.steps.map((step) => made("li", {}, step.text));
    const list = steps.length ? made("ol", { class: "steps" }, ...steps) : null;
    const summary = made("summary", {}, "How it was found");
    return made("details", { class: "how" }, summary, list, made("p", {}, facts.join(" · ")));
  }

  /** Mark which quote is open in the reader; none with -1. */
  showOpen(index) {
    this.node.querySelectorAll(".quote").forEach((each, number) => {
      each.classList.toggle("open", number === index);
      if (number === index) each.setAttribute("aria-current", "true");
      else each.removeAttribute("aria-current");
    });
  }
}
