// A canvas that scrolls to the left: what is drawn already is moved as a whole, and only what is
// new is painted. Twenty times a second that costs next to nothing.

import { onPalette, palette } from "./palette.js";
import { SLOTS } from "./trace.js";

export class Scroller {
  #trace;
  #paint;
  #canvas;
  #context;
  #step = 1;
  #pending = 0;
  #framed = false;

  /**
   * `paint(context, {x, step, height, slot, before, colours, ratio})` draws one slot at `x`;
   * `before` is the slot to its left.
   */
  constructor(canvas, trace, paint) {
    this.#canvas = canvas;
    this.#trace = trace;
    this.#paint = paint;
    this.#context = canvas.getContext("2d", { alpha: false });
    this.colours = palette();
    onPalette(() => this.redraw());
    new ResizeObserver(() => this.redraw()).observe(canvas);
  }

  /** The trace has moved on by so many slots. */
  moved(slots) {
    this.#pending += slots;
    if (this.#framed) return;
    this.#framed = true;
    requestAnimationFrame(() => this.#frame());
  }

  redraw() {
    const ratio = devicePixelRatio;
    const width = Math.round(this.#canvas.clientWidth * ratio);
    const height = Math.round(this.#canvas.clientHeight * ratio);
    if (width === 0 || height === 0) return;
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    this.#step = Math.max(1, Math.round(width / SLOTS));
    this.colours = palette();
    this.#pending = 0;
    this.#clear(0, width);
    this.#draw(Math.min(SLOTS, Math.ceil(width / this.#step)));
  }

  #frame() {
    this.#framed = false;
    const slots = this.#pending;
    const { width, height } = this.#canvas;
    const shift = slots * this.#step;
    if (slots === 0) return;
    if (shift >= width) {
      this.redraw();
      return;
    }
    this.#pending = 0;
    this.#context.drawImage(this.#canvas, shift, 0, width - shift, height, 0, 0, width - shift, height);
    this.#clear(width - shift, shift);
    this.#draw(slots);
  }

  #clear(x, width) {
    this.#context.globalAlpha = 1;
    this.#context.fillStyle = this.colours.ground;
    this.#context.fillRect(x, 0, width, this.#canvas.height);
  }

  #draw(slots) {
    const { width, height } = this.#canvas;
    for (let back = slots - 1; back >= 0; back -= 1) {
      this.#paint(this.#context, {
        x: width - (back + 1) * this.#step,
        step: this.#step,
        height,
        slot: this.#trace.at(back),
        before: this.#trace.at(back + 1),
        colours: this.colours,
        ratio: devicePixelRatio,
      });
    }
  }
}
