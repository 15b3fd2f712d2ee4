// A canvas that scrolls to the left. What has been painted once is kept beside it, on a strip that is
// written round and round, and only what is new is painted. Moving what is on the canvas itself would
// have the browser copy it first, which costs as much again, and far more above a megabyte.

import { onPalette, palette } from "./palette.js";
import { fit, sketch } from "./sketch.js";
import { SLOT_S, SLOTS } from "./trace.js";

export class Scroller {
  #trace;
  #paint;
  #canvas;
  #context;
  #strip = new OffscreenCanvas(1, 1).getContext("2d", { alpha: false });
  #colours = palette();
  #room = 1;
  #step = 1;
  #shown = 0;
  #sized;

  /**
   * `paint(context, {x, step, height, slot, before, colours, ratio})` draws one slot at `x`;
   * `before` is the slot to its left. `sized(seconds)` hears how much of the trace there is room for.
   */
  constructor(canvas, trace, paint, sized) {
    this.#canvas = canvas;
    this.#trace = trace;
    this.#paint = paint;
    this.#sized = sized;
    this.#context = sketch(canvas);
    onPalette(() => this.redraw());
    fit(canvas, () => this.redraw());
  }

  /** Draw the trace up to its first `shown` slots. */
  move(shown) {
    const slots = shown - this.#shown;
    this.#shown = shown;
    this.#draw(Math.min(slots, this.#room));
  }

  /** Draw everything anew. */
  redraw() {
    const { width, height } = this.#canvas;
    this.#step = Math.max(1, Math.round(width / SLOTS));
    this.#room = Math.min(SLOTS, Math.ceil(width / this.#step));
    this.#strip.canvas.width = this.#room * this.#step;
    this.#strip.canvas.height = height;
    this.#colours = palette();
    this.#sized(Math.round(this.#room * SLOT_S));
    this.#draw(this.#room);
  }

  #draw(slots) {
    if (slots <= 0) return;
    for (let number = this.#shown - slots; number < this.#shown; number += 1) this.#column(number);
    const { width, height } = this.#canvas;
    const strip = this.#strip.canvas;
    const newest = this.#x(this.#shown - 1) + this.#step;
    const rest = strip.width - newest;
    if (rest > 0) this.#context.drawImage(strip, newest, 0, rest, height, width - strip.width, 0, rest, height);
    this.#context.drawImage(strip, 0, 0, newest, height, width - newest, 0, newest, height);
  }

  /** Where on the strip the slot of this number is. */
  #x(number) {
    return ((number + this.#room) % this.#room) * this.#step;
  }

  #column(number) {
    const x = this.#x(number);
    const { height } = this.#canvas;
    this.#strip.fillStyle = this.#colours.panel;
    this.#strip.fillRect(x, 0, this.#step, height);
    this.#paint(this.#strip, {
      x,
      step: this.#step,
      height,
      slot: this.#trace.at(number),
      before: this.#trace.at(number - 1),
      colours: this.#colours,
      ratio: devicePixelRatio,
    });
  }
}
