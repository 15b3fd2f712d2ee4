// A canvas that scrolls to the left: what is drawn already is moved as a whole, and only what is
// new is painted.

import { onPalette, palette } from "./palette.js";
import { SLOTS } from "./trace.js";

export class Scroller {
  #trace;
  #paint;
  #canvas;
  #context;
  #step = 1;
  #drawn = 0;

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

  /** Draw what is new in the trace. Called in a frame of the screen. */
  move() {
    const { width, height } = this.#canvas;
    const slots = this.#trace.count - this.#drawn;
    const shift = slots * this.#step;
    this.#drawn = this.#trace.count;
    if (shift >= width) {
      this.redraw();
    } else if (slots > 0) {
      this.#context.drawImage(this.#canvas, shift, 0, width - shift, height, 0, 0, width - shift, height);
      this.#clear(width - shift, shift);
      this.#draw(slots);
    }
  }

  /** Draw everything anew. */
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
    this.#drawn = this.#trace.count;
    this.#clear(0, width);
    this.#draw(Math.min(SLOTS, Math.ceil(width / this.#step)));
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
