// The questions asked earlier. The server keeps them on its machine; here they are shown and deleted.

import { call, getJson, send } from "./api.js";
import { problem } from "./documents.js";
import { announce, element, made, icon } from "./dom.js";

let show = async () => {};

/** `recall(id)` shows a question with its answer. */
export function start(recall) {
  show = recall;
  element("keep").addEventListener("change", (event) => act(() => send("PUT", "/history", { keeping: event.target.checked })));
  element("forget-all").addEventListener("click", () => {
    if (window.confirm("Delete all earlier questions and their answers?")) act(() => call("/history", { method: "DELETE" }));
  });
  return refresh();
}

export async function refresh() {
  const told = await getJson("/history").catch(() => null);
  element("history").hidden = !told?.available;
  if (!told?.available) return;
  element("keep").checked = told.keeping;
  element("forget-all").hidden = !told.questions.length;
  element("questions").replaceChildren(...told.questions.slice(0, 200).map(row));
}

async function act(action) {
  try {
    await action();
  } catch (error) {
    problem(error);
  }
  await refresh();
}

function row(kept) {
  const open = made("button", { type: "button", class: "recall", title: kept.question }, kept.question);
  open.addEventListener("click", () => show(kept.id).catch(problem));
  const remove = made("button", { type: "button", class: "icon-button remove", "aria-label": `Delete: ${kept.question}` }, icon("close"));
  remove.addEventListener("click", async () => {
    await act(() => call(`/history/${kept.id}`, { method: "DELETE" }));
    announce("Deleted");
    element("history-title").scrollIntoView({ block: "nearest" });
    (element("questions").querySelector("button") ?? element("keep")).focus();
  });
  return made("li", {}, open, remove);
}
