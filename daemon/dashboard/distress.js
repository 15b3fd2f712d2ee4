// The distress score of the last minute against the levels at which alerts begin.

import { element, mark, say } from "./element.js";
import { Scroller } from "./scroller.js";
import { LEVELS, title } from "./words.js";

const GATE_PX = 4;

export class DistressPlot {
  #thresholds = { advisory: 0.62, warning: 0.7, critical: 0.9 };
  #lines = {};
  #scroller;
  #score = document.getElementById("score");
  #words = document.getElementById("score-words");
  #canvas;

  constructor(place, trace) {
    this.#canvas = element("canvas", { role: "img", "aria-label": "Distress score over the last minute" });
    place.append(this.#canvas);
    for (const level of LEVELS) {
      this.#lines[level] = element("div", { class: "threshold", "data-level": level, "aria-hidden": "true" }, element("span", {}, title(level)));
      place.append(this.#lines[level]);
    }
    this.#scroller = new Scroller(this.#canvas, trace, (context, at) => this.#paint(context, at));
    this.thresholds = this.#thresholds;
  }

  set thresholds(thresholds) {
    this.#thresholds = thresholds;
    for (const level of LEVELS) {
      this.#lines[level].style.setProperty("top", `${(1 - thresholds[level]) * 100}%`);
      this.#lines[level].title = `${title(level)} from ${thresholds[level]}`;
    }
    this.#scroller.redraw();
  }

  /** The trace has moved on. Called in a frame. */
  move() {
    this.#scroller.move();
  }

  /** The newest in words. */
  say(message) {
    const level = this.level(message.score);
    say(this.#score, message.score.toFixed(2));
    say(this.#words, level === "" ? "below every level" : title(level));
    mark(this.#score, "level", level);
  }

  level(score) {
    return LEVELS.findLast((level) => score >= this.#thresholds[level]) ?? "";
  }

  #paint(context, { x, step, height, slot, before, colours, ratio }) {
    if (slot === null) return;
    const colour = colours[this.level(slot.score)] || colours.calm;
    const bottom = height - Math.round((GATE_PX + 2) * ratio);
    const y = (score) => Math.max(ratio, (1 - score) * bottom);
    const top = y(slot.score);
    context.globalAlpha = 0.2;
    context.fillStyle = colour;
    context.fillRect(x, top, step, bottom - top);
    context.globalAlpha = 1;
    const from = before === null ? top : y(before.score);
    const thick = 1.6 * ratio;
    context.fillRect(x, Math.min(from, top) - thick / 2, step, Math.abs(from - top) + thick);
    if (slot.gate) {
      context.fillStyle = colours.soft;
      context.globalAlpha = 0.75;
      context.fillRect(x, height - GATE_PX * ratio, step, GATE_PX * ratio);
      context.globalAlpha = 1;
    }
  }
}
