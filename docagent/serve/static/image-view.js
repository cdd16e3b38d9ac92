// A picture that was read by text recognition, with marks on it.

import { call } from "./api.js";
import { made } from "./dom.js";
import { marks, scrollToMark } from "./marks.js";

const TYPES = { png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", webp: "image/webp", bmp: "image/bmp" };

const typeOf = (name) => TYPES[/\.(\w+)$/.exec(name)?.[1].toLowerCase()];

export const isImage = (name) => Boolean(typeOf(name));

export class ImageView {
  /** In `box`. */
  constructor(box) {
    this.box = box;
    this.scale = 1;
  }

  /** Show a picture, and mark boxes on it. */
  async show(id, name, place) {
    if (this.id !== id) await this.load(id, name);
    if (this.id !== id) return;
    this.node.querySelectorAll(".quote-mark").forEach((each) => each.remove());
    this.node.append(...marks(place));
    scrollToMark(this.box, this.node, place);
  }

  async load(id, name) {
    this.close();
    this.id = id;
    const file = await (await call(`/documents/${encodeURIComponent(id)}/file`)).blob();
    if (this.id !== id) return;
    this.address = URL.createObjectURL(file.slice(0, file.size, typeOf(name)));
    const image = made("img", { src: this.address, alt: `Picture ${name}; “Text” shows its words` });
    await image.decode();
    if (this.id !== id) return;
    this.node = made("div", { class: "picture" }, image);
    this.box.replaceChildren(made("div", { class: "pdf-pages" }, this.node));
    this.zoom(1);
  }

  close() {
    if (this.address) URL.revokeObjectURL(this.address);
    this.box.replaceChildren();
    this.id = this.address = this.node = null;
  }

  zoom(factor) {
    this.scale = Math.min(6, Math.max(0.5, this.scale * factor));
    if (this.node) this.node.style.width = `${Math.floor((this.box.clientWidth - 24) * this.scale)}px`;
  }
}
