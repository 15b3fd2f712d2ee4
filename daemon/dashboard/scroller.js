// A canvas that scrolls to the left: what is drawn already is moved as a whole, and only what is
// new is painted.

import { onPalette, palette } from "./palette.js";
import { fit, sketch } from "./sketch.js";
import { SLOT_S, SLOTS } from "./trace.js";

export class Scroller {
  #trace;
  #paint;
  #canvas;
  #context;
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
    this.colours = palette();
    onPalette(() => this.redraw());
    fit(canvas, () => this.redraw());
  }

  /** Draw the trace up to its first `shown` slots. */
  move(shown) {
    const { width, height } = this.#canvas;
    const slots = shown - this.#shown;
    const shift = slots * this.#step;
    this.#shown = shown;
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
    const { width } = this.#canvas;
    this.#step = Math.max(1, Math.round(width / SLOTS));
    this.colours = palette();
    const room = Math.min(SLOTS, Math.ceil(width / this.#step));
    this.#sized(Math.round(room * SLOT_S));
    this.#clear(0, width);
    this.#draw(room);
  }

  #clear(x, width) {
    this.#context.globalAlpha = 1;
    this.#context.fillStyle = this.colours.ground;
    this.#context.fillRect(x, 0, width, this.#canvas.height);
  }

  #draw(slots) {
    const { width, height } = this.#canvas;
    for (let back = slots; back > 0; back -= 1) {
      const number = this.#shown - back;
      this.#paint(this.#context, {
        x: width - back * this.#step,
        step: this.#step,
        height,
        slot: this.#trace.at(number),
        before: this.#trace.at(number - 1),
        colours: this.colours,
        ratio: devicePixelRatio,
      });
    }
  }
}
