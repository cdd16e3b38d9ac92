// Marks over a page or a picture that is drawn.

import { made } from "./dom.js";

/** The marks of a place, laid over a node that is as the page of `place` is, whatever its size. */
export function marks(place) {
  return (place?.boxes ?? []).map(([x0, y0, x1, y1]) => {
    const mark = made("div", { class: "quote-mark", "aria-hidden": "true" });
    mark.style.left = `${(100 * x0) / place.width}%`;
    mark.style.top = `${(100 * y0) / place.height}%`;
    mark.style.width = `${(100 * (x1 - x0)) / place.width}%`;
    mark.style.height = `${(100 * (y1 - y0)) / place.height}%`;
    return mark;
  });
}

/** Scroll `box` so that the first mark of a place on `node` is in its upper third. */
export function scrollToMark(box, node, place) {
  const [x, y] = place?.boxes?.[0] ?? [0, 0];
  const across = place?.boxes?.length ? (x / place.width) * node.offsetWidth : 0;
  const down = place?.boxes?.length ? (y / place.height) * node.offsetHeight - box.clientHeight / 3 : -12;
  box.scrollTop = node.offsetTop + down;
  box.scrollLeft = Math.max(0, across - box.clientWidth / 3);
}
