// The page: bring documents, ask them, and read what an answer stands on. Text of documents and
// models is only ever set as text, so nothing in it can become part of the page.

const element = (id) => document.getElementById(id);
const key = () => sessionStorage.getItem("key") ?? "";
let asking = null;
let shown = null;

async function call(path, options = {}) {
  const headers = { ...options.headers };
  if (key()) headers.Authorization = `Bearer ${key()}`;
  const response = await fetch(path, { ...options, headers });
  if (response.ok) return response;
  if (response.status === 401) element("key-form").hidden = false;
  const body = await response.json().catch(() => null);
  throw new Error(body?.error?.message ?? `The server said ${response.status}.`);
}

const post = (path, body, options = {}) =>
  call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    ...options,
  });

function made(tag, text, kind = "") {
  const node = document.createElement(tag);
  node.textContent = text;
  if (kind) node.className = kind;
  return node;
}

// Asking

async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    waiting += value;
    const blocks = waiting.split("\n\n");
    waiting = blocks.pop();
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block);
      const data = /^data: (.*)$/m.exec(block);
      if (name && data) yield [name[1], JSON.parse(data[1])];
    }
  }
}

function follow(name, data) {
  const step = element("step");
  if (name === "waiting") {
    const time = data.seconds === null ? "" : `, about ${Math.ceil(data.seconds)} s`;
    step.textContent = `Number ${data.position} in the queue${time}`;
  } else if (name === "progress") {
    step.textContent = `${data.stage}: ${data.done} of ${data.total} ${data.unit}`;
  } else if (name === "step") {
    step.textContent = `${data.name}: ${data.text}`;
  } else if (name === "token") {
    element("answer").append(data.text);
  } else if (name === "answer") {
    step.textContent = data.note ?? "";
    element("answer").textContent = data.answer;
    showCitations(data);
  } else if (name === "error") {
    throw new Error(data.error.message);
  }
}

async function ask(event) {
  event.preventDefault();
  asking?.abort();
  const mine = (asking = new AbortController());
  element("answer").textContent = "";
  element("citations").replaceChildren();
  element("step").textContent = "Asking";
  element("stop").hidden = false;
  try {
    const body = { question: element("question").value, stream: true };
    const response = await post("/ask", body, { signal: mine.signal });
    for await (const [name, data] of eventsOf(response)) follow(name, data);
  } catch (error) {
    if (asking === mine) element("step").textContent = mine.signal.aborted ? "Stopped" : error.message;
  } finally {
    if (asking === mine) element("stop").hidden = true;
  }
}

function showCitations(answer) {
  const head = answer.found ? [] : [made("li", "Nearest passages", "about")];
  const items = answer.citations.map((cited) => {
    const item = document.createElement("li");
    const page = cited.page === null ? "" : `, page ${cited.page_label ?? cited.page}`;
    const place = cited.place && `, ${cited.place}`;
    const button = made("button", `[${cited.id}] ${cited.document}${page}${place}`);
    button.type = "button";
    button.addEventListener("click", () => showPage(cited.document_id, cited.page ?? 1, cited));
    item.append(button, made("div", `“${cited.quote.replace(/\s+/g, " ")}”`));
    return item;
  });
  element("citations").replaceChildren(...head, ...items);
}

// The page beside it

async function showPage(id, number, cited = null) {
  let page;
  try {
    page = await (await call(`/documents/${encodeURIComponent(id)}/pages/${number}`)).json();
  } catch (error) {
    if (cited) element("step").textContent = error.message;
    return; // there is no such page: the one that is shown stays
  }
  shown = { id, number };
  element("page").hidden = false;
  element("page-title").textContent = `${page.document}, page ${page.page_label ?? number}`;
  const text = element("page-text");
  const letters = Array.from(page.text); // offsets count code points
  const within = cited && cited.start < page.end && cited.end > page.start;
  if (within) {
    const start = Math.max(0, cited.start - page.start);
    const end = Math.min(letters.length, cited.end - page.start);
    const mark = made("mark", letters.slice(start, end).join(""));
    text.replaceChildren(letters.slice(0, start).join(""), mark, letters.slice(end).join(""));
    mark.scrollIntoView({ block: "center" });
  } else {
    text.textContent = page.text;
    text.scrollTop = 0;
  }
  element("page-title").focus({ preventScroll: true });
}

// Documents

async function refresh() {
  try {
    const health = await (await call("/health")).json();
    const model = { loading: "the model is loading", ready: "ready", none: "exact words only" };
    element("state").textContent = model[health.model] ?? health.model;
    const { documents } = await (await call("/documents")).json();
    element("documents").replaceChildren(...documents.slice(0, 500).map(described));
    element("key-form").hidden = true;
  } catch (error) {
    element("state").textContent = error.message;
  }
}

function described(told) {
  const item = made("li", told.name);
  const pages = told.pages ? `, ${told.pages} pages` : "";
  item.append(made("div", told.error ?? `${told.state}${pages}`, "about"));
  for (const warning of told.warnings) item.append(made("div", warning, "about warning"));
  if (told.uploaded) {
    const button = made("button", "Remove");
    button.type = "button";
    button.setAttribute("aria-label", `Remove ${told.name}`);
    button.addEventListener("click", async () => {
      await call(`/v1/files/${told.id}`, { method: "DELETE" }).catch(() => null);
      refresh();
    });
    item.append(button);
  }
  return item;
}

async function bring(files) {
  for (const file of files) {
    const form = new FormData();
    form.append("purpose", "user_data");
    form.append("file", file);
    element("state").textContent = `Bringing ${file.name}`;
    try {
      await call("/v1/files", { method: "POST", body: form });
    } catch (error) {
      element("step").textContent = `${file.name}: ${error.message}`;
    }
  }
  refresh();
}

element("ask-form").addEventListener("submit", ask);
element("stop").addEventListener("click", () => asking?.abort());
element("question").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) ask(event);
});
element("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("key", element("key").value);
  refresh();
});
element("files").addEventListener("change", (event) => {
  bring([...event.target.files]);
  event.target.value = "";
});
for (const name of ["dragover", "dragleave", "drop"]) {
  element("drop").addEventListener(name, (event) => {
    event.preventDefault();
    element("drop").classList.toggle("over", name === "dragover");
    if (name === "drop") bring([...event.dataTransfer.files]);
  });
}
element("previous").addEventListener("click", () => shown && showPage(shown.id, shown.number - 1));
element("next").addEventListener("click", () => shown && showPage(shown.id, shown.number + 1));
element("close").addEventListener("click", () => {
  element("page").hidden = true;
  element("question").focus();
});
refresh();
setInterval(refresh, 3000);
