// How loud it is, the noise floor that a sound must rise above, and whether one does.

import { element } from "./element.js";
import { onPalette, palette } from "./palette.js";
import { fit, sketch } from "./sketch.js";

const QUIETEST_DB = -80;

export class Meter {
  #canvas = element("canvas");
  #context = sketch(this.#canvas);
  #colours = palette();
  #shown = null;
  #drawn = "";
  node = element("div", { class: "meter", "aria-hidden": "true" }, this.#canvas);

  constructor() {
    onPalette(() => this.#redraw());
    fit(this.#canvas, () => this.#redraw());
  }

  /** Show a sample; null: nothing is known. */
  show(sample) {
    this.#shown = sample;
    const { width, height } = this.#canvas;
    const bar = sample === null ? 0 : Math.round(width * share(sample.level_db));
    const floor = sample === null ? null : Math.round(width * share(sample.floor_db));
    const drawn = `${bar} ${floor} ${sample?.gate}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const fill = (colour, x, wide) => {
      this.#context.fillStyle = this.#colours[colour];
      this.#context.fillRect(x, 0, wide, height);
    };
    fill("raised", 0, width);
    fill(sample?.gate ? "calm" : "soft", 0, bar);
    if (floor !== null) fill("ink", floor, 2 * devicePixelRatio);
  }

  #redraw() {
    this.#colours = palette();
    this.#drawn = "";
    this.show(this.#shown);
  }
}

const share = (db) => Math.min(1, Math.max(0, 1 - db / QUIETEST_DB));
