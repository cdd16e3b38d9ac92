// Requests to the server this page came from.

const stored = () => sessionStorage.getItem("key") ?? "";

export const headers = () => (stored() ? { Authorization: `Bearer ${stored()}` } : {});

export function setKey(key) {
  sessionStorage.setItem("key", key);
}

let askForKey = () => {};

/** What to do when the server wants a key. */
export function onKeyNeeded(action) {
  askForKey = action;
}

export class ServerError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

function failed(status, body) {
  if (status === 401) askForKey();
  return new ServerError(body?.error?.message ?? `The server answered with ${status}.`, status);
}

export async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: { ...options.headers, ...headers() } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError("The server does not answer. Is docagent still running?", 0);
  }
  if (response.ok) return response;
  throw failed(response.status, await response.json().catch(() => null));
}

export const getJson = async (path, options) => (await call(path, options)).json();

export const send = (method, path, body, options = {}) =>
  call(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    ...options,
  });

/** The server-sent events of a response, as [name, data]. */
export async function* events(response) {
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

/** Send a file; `onPart` is told which part of it has gone. */
export function upload(file, onPart) {
  const form = new FormData();
  form.append("purpose", "user_data");
  form.append("file", file, file.name);
  const request = new XMLHttpRequest();
  request.open("POST", "/v1/files");
  for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
  request.upload.addEventListener("progress", (event) => onPart(event.loaded / event.total));
  return new Promise((resolve, reject) => {
    request.addEventListener("error", () => reject(new ServerError("The server does not answer.", 0)));
    request.addEventListener("load", () => {
      let body = null;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        // failed() has words for an answer that is not ours
      }
      if (request.status === 200 && body) resolve(body);
      else reject(failed(request.status, body));
    });
    request.send(form);
  });
}
