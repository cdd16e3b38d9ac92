// A PDF as it looks, drawn by PDF.js: all pages one below the other, each drawn when it is in sight,
// with its text above the picture so that it can be selected and read out, and marks below that.

import { headers } from "./api.js";
import { made } from "./dom.js";
import { marks, scrollToMark } from "./marks.js";

const BASE = "/static/pdfjs";
const WIDEST = 920; // CSS pixels of a page at its normal size
const MARGIN = 12;
const PIXELS = 1.6e7; // of one picture at most
const CHUNK = 1 << 17; // bytes asked for at once

let library = null;
let worker = null;

/** Load PDF.js, so that the first document opens at once. */
export async function warm() {
  library ??= import(`${BASE}/pdf.min.mjs`).then((pdfjs) => {
    pdfjs.GlobalWorkerOptions.workerSrc = `${BASE}/pdf.worker.min.mjs`;
    worker = new pdfjs.PDFWorker();
    return pdfjs;
  });
  return library;
}

export class PdfView {
  /** In `box`, calling `moved(page)` when another page is in sight. */
  constructor(box, moved) {
    this.box = box;
    this.moved = moved;
    this.scale = 1;
    this.pages = [];
    this.onScroll = () => this.tellPage();
    this.resized = new ResizeObserver(() => this.layOut());
  }

  /** Load a document at a page, unless it is the one that is shown. */
  begin(id, number) {
    if (this.id !== id) this.loaded = this.load(id, number);
    this.loaded.catch(() => {}); // whoever shows it is told
  }

  /** Load a document unless it is the one that is shown; then go to a page and mark boxes in it. */
  async show(id, number, place) {
    this.begin(id, number);
    await this.loaded;
    if (this.id !== id || !this.document) return;
    await this.measure(this.pages[number - 1]);
    this.mark(number, place);
    this.goTo(number, place);
    await this.draw(this.pages[number - 1]);
  }

  async load(id, number) {
    this.close();
    this.id = id;
    const pdfjs = await warm();
    this.task = pdfjs.getDocument({
      url: `/documents/${encodeURIComponent(id)}/file`,
      httpHeaders: headers(),
      worker,
      disableAutoFetch: true,
      disableStream: true,
      rangeChunkSize: CHUNK,
      cMapUrl: `${BASE}/cmaps/`,
      standardFontDataUrl: `${BASE}/fonts/`,
      wasmUrl: `${BASE}/wasm/`,
      enableXfa: false,
      useSystemFonts: false, // ours are as wide as the page has them
      verbosity: 0,
    });
    const task = this.task;
    task.onPassword = () => task.destroy();
    const opened = await task.promise;
    if (this.task !== task) return;
    this.document = opened;
    const first = await opened.getPage(Math.min(number, opened.numPages));
    const { width, height } = first.getViewport({ scale: 1 });
    this.pages = Array.from({ length: opened.numPages }, (_, index) => this.slot(index + 1, width, height));
    this.column = made("div", { class: "pdf-pages" }, ...this.pages.map((page) => page.node));
    this.box.replaceChildren(this.column);
    this.layOut();
    this.seen = new IntersectionObserver((entries) => this.look(entries), { root: this.box, rootMargin: "400px 0px" });
    for (const page of this.pages) this.seen.observe(page.node);
    this.box.addEventListener("scroll", this.onScroll);
    this.resized.observe(this.box);
  }

  slot(number, width, height) {
    const node = made("div", { class: "pdf-page", "data-page": number });
    return { number, node, width, height, known: false, drawn: null, place: null };
  }

  close() {
    this.seen?.disconnect();
    this.resized.disconnect();
    this.box.removeEventListener("scroll", this.onScroll);
    this.task?.destroy();
    this.box.replaceChildren();
    this.id = this.task = this.document = this.column = this.width = null;
    this.pages = [];
  }

  zoom(factor) {
    this.scale = Math.min(4, Math.max(0.5, this.scale * factor));
    this.layOut();
  }

  // The width that every page is drawn at; the place that is looked at stays where it is.
  layOut() {
    if (!this.column) return;
    const width = Math.floor(Math.min(this.box.clientWidth - 2 * MARGIN, WIDEST) * this.scale);
    if (width <= 0 || width === this.width) return;
    const kept = this.inSight();
    this.width = width;
    for (const page of this.pages) {
      this.size(page);
      this.clear(page);
    }
    if (kept) this.box.scrollTop = kept.page.node.offsetTop + kept.share * kept.page.node.offsetHeight;
    for (const page of this.pages) if (page.near) this.draw(page);
  }

  inSight() {
    const top = this.box.scrollTop;
    const page = this.pages.find((one) => one.node.offsetTop + one.node.offsetHeight > top);
    return page && { page, share: (top - page.node.offsetTop) / page.node.offsetHeight };
  }

  size(page) {
    page.node.style.width = `${this.width}px`;
    page.node.style.height = `${Math.round((this.width * page.height) / page.width)}px`;
  }

  look(entries) {
    for (const entry of entries) {
      const page = this.pages[Number(entry.target.dataset.page) - 1];
      if (!page) continue;
      page.near = entry.isIntersecting;
      if (page.near) this.draw(page);
      else this.clear(page);
    }
  }

  async measure(page) {
    if (!page || page.known) return;
    const { width, height } = (await this.document.getPage(page.number)).getViewport({ scale: 1 });
    page.known = true;
    if (width === page.width && height === page.height) return;
    const above = page.node.offsetTop + page.node.offsetHeight < this.box.scrollTop;
    const before = page.node.offsetHeight;
    Object.assign(page, { width, height });
    this.size(page);
    if (above) this.box.scrollTop += page.node.offsetHeight - before;
  }

  clear(page) {
    if (!page.drawn) return;
    page.drawn.stop();
    page.drawn = null;
    delete page.node.dataset.drawn;
    page.node.querySelectorAll("canvas, .text-layer").forEach((each) => each.remove());
  }

  /** Draw a page, once. */
  draw(page) {
    if (!page.drawn) page.drawn = this.drawing(page);
    return page.drawn.done;
  }

  drawing(page) {
    const tasks = [];
    const opened = this.document;
    let stopped = false;
    const stop = () => {
      stopped = true;
      for (const task of tasks) task.cancel();
    };
    const work = async () => {
      const [pdfjs, shown] = [await warm(), await opened.getPage(page.number)];
      await this.measure(page);
      if (stopped || this.document !== opened) return;
      const viewport = shown.getViewport({ scale: this.width / page.width });
      const sharp = Math.min(window.devicePixelRatio || 1, Math.sqrt(PIXELS / (viewport.width * viewport.height)));
      const canvas = made("canvas", { "aria-hidden": "true" });
      canvas.width = Math.floor(viewport.width * sharp);
      canvas.height = Math.floor(viewport.height * sharp);
      const transform = sharp === 1 ? null : [sharp, 0, 0, sharp, 0, 0];
      const layer = made("div", { class: "text-layer" });
      page.node.setAttribute("role", "group");
      page.node.setAttribute("aria-label", `Page ${page.number}`);
      page.node.style.setProperty("--total-scale-factor", viewport.scale);
      page.node.prepend(canvas);
      page.node.append(layer);
      tasks.push(shown.render({ canvas, viewport, transform }));
      tasks.push(new pdfjs.TextLayer({ textContentSource: shown.streamTextContent(), container: layer, viewport }));
      await Promise.all([tasks[0].promise, tasks[1].render()]);
      page.node.dataset.drawn = "true";
    };
    const done = work().catch((error) => {
      // A document that was closed meanwhile has nothing to draw any more.
      if (opened && !stopped && this.document === opened) console.error(`Page ${page.number} could not be drawn:`, error.message);
    });
    return { done, stop };
  }

  mark(number, place) {
    this.column.querySelectorAll(".quote-mark").forEach((each) => each.remove());
    this.pages[number - 1]?.node.append(...marks(place));
    for (const further of place?.overleaf ?? []) this.pages[further.page - 1]?.node.append(...marks(further));
  }

  goTo(number, place) {
    const page = this.pages[Math.min(Math.max(number, 1), this.pages.length) - 1];
    scrollToMark(this.box, page.node, place);
    this.moved(page.number);
  }

  tellPage() {
    const line = this.box.scrollTop + this.box.clientHeight / 2;
    let [low, high] = [0, this.pages.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.pages[middle].node.offsetTop <= line) low = middle;
      else high = middle - 1;
    }
    if (this.pages.length) this.moved(this.pages[low].number);
  }
}
