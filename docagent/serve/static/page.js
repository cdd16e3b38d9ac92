// The page: bring documents, ask them, and see the words that an answer stands on.

import { onKeyNeeded, setKey } from "./api.js";
import * as asking from "./asking.js";
import * as bringing from "./bringing.js";
import * as documents from "./documents.js";
import { element } from "./dom.js";
import * as history from "./history.js";
import * as reader from "./reader.js";

function showMenu(on) {
  document.body.classList.toggle("menu-open", on);
  element("menu").setAttribute("aria-expanded", String(on));
}

function closing(action) {
  return (...given) => {
    showMenu(false);
    return action(...given);
  };
}

function quoteOpened(citations, index) {
  document.querySelectorAll(".quote.open").forEach((each) => each.classList.remove("open"));
  asking.turnOf(citations)?.showOpen(index);
}

onKeyNeeded(() => element("key-dialog").open || element("key-dialog").showModal());
element("key-form").addEventListener("submit", () => {
  setKey(element("key").value);
  window.location.reload();
});
element("menu").addEventListener("click", () => showMenu(!document.body.classList.contains("menu-open")));
element("main").addEventListener("click", () => showMenu(false));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !document.body.classList.contains("menu-open")) return;
  showMenu(false);
  element("menu").focus();
});

reader.start(quoteOpened);
bringing.start();
asking.start(reader.openQuote, reader.prepare, history.refresh);
history.start(closing(asking.recall));
bringing.learn().catch(documents.problem);
documents.start(closing(reader.openDocument), asking.showScope).then(() => {
  const keyboard = window.matchMedia("(hover: hover)").matches; // on a phone it would cover the page
  if (keyboard && documents.all().length) element("question").focus();
});
