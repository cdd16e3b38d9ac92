// Bringing files: dropped, chosen, or pasted; whole folders too.

import { getJson, upload } from "./api.js";
import { pending, problem, refresh } from "./documents.js";
import { announce, counted, element } from "./dom.js";

const AT_ONCE = 2;

let about = null;

/** What this server reads, and how large a file may be. */
export async function learn() {
  about = await getJson("/page");
  for (const id of ["add", "drop"]) element(id).hidden = !about.uploads;
  element("files").accept = about.suffixes.join(",");
}

export function start() {
  const choose = (id) => () => element(id).click();
  element("add").addEventListener("click", choose("files"));
  element("choose").addEventListener("click", choose("files"));
  element("choose-folder").addEventListener("click", choose("folder"));
  for (const id of ["files", "folder"]) {
    element(id).addEventListener("change", (event) => {
      bring([...event.target.files], id === "folder");
      event.target.value = "";
    });
  }
  listenForDrops();
  document.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) bring([...event.clipboardData.files]);
  });
}

function listenForDrops() {
  let depth = 0;
  const veil = element("veil");
  const brings = (event) => event.dataTransfer?.types.includes("Files") && about?.uploads;
  document.addEventListener("dragenter", (event) => {
    if (!brings(event)) return;
    depth += 1;
    veil.hidden = false;
  });
  document.addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    if (!depth) veil.hidden = true;
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    if (!brings(event)) return;
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const files = entries.length ? (await Promise.all(entries.map(filesOf))).flat() : [...event.dataTransfer.files];
    bring(files, entries.some((entry) => entry.isDirectory));
  });
}

/** The files below an entry of a drop, hidden ones left out. */
async function filesOf(entry) {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A reader gives a hundred at a time, and none when it is through.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(filesOf))).flat();
}

const suffix = (file) => (/\.[^.]+$/.exec(file.name)?.[0] ?? "").toLowerCase();

async function bring(files, fromFolder = false) {
  problem("");
  if (!about) await learn();
  const shown = files.filter((file) => !file.name.startsWith("."));
  const kinds = shown.filter((file) => about.suffixes.includes(suffix(file)));
  const failures = [];
  const others = shown.filter((file) => !kinds.includes(file));
  if (others.length && (fromFolder || kinds.length)) {
    failures.push(`${counted(others.length, "file")} of kinds that are not read: ${few(others)}.`);
  } else {
    failures.push(...others.map((file) => `${file.name}: files of this kind are not read.`));
  }
  for (const file of kinds.filter((one) => one.size > about.largest)) {
    failures.push(`${file.name}: larger than ${Math.floor(about.largest / 1e6)} MB.`);
  }
  const queue = kinds.filter((file) => file.size <= about.largest);
  const total = queue.length;
  await Promise.all(Array.from({ length: AT_ONCE }, () => work(queue, failures)));
  if (total) announce(`${counted(total, "file")} added; reading`);
  if (failures.length) problem(failures.slice(0, 4).join(" "));
  refresh();
}

async function work(queue, failures) {
  for (let file = queue.shift(); file; file = queue.shift()) {
    const row = pending(file.name);
    try {
      await upload(file, row.part);
    } catch (error) {
      failures.push(`${file.name}: ${error.message}`);
    }
    await refresh();
    row.end();
  }
}

function few(files) {
  const names = files.slice(0, 3).map((file) => file.name);
  return names.join(", ") + (files.length > 3 ? " and others" : "");
}
