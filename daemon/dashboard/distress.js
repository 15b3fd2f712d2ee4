// The distress score of the last minute against the levels at which alerts begin.

import { element, mark, say } from "./element.js";
import { Scroller } from "./scroller.js";
import { LEVELS, title } from "./words.js";

const GATE_PX = 4;

export class DistressPlot {
  #thresholds = { advisory: 0.62, warning: 0.7, critical: 0.9 };
  #marks = {};
  #scroller;
  #score = document.getElementById("score");
  #words = document.getElementById("score-words");
  #canvas;

  constructor(place, trace) {
    this.#canvas = element("canvas", { role: "img" });
    for (const level of LEVELS) {
      this.#marks[level] = element("span", { class: "threshold", "data-level": level }, title(level));
    }
    // Beside the plot, not on it: whatever lies on it would be drawn anew with it.
    const scale = element("div", { class: "scale", "aria-hidden": "true" }, ...Object.values(this.#marks));
    place.append(this.#canvas, scale);
    const paint = (context, at) => this.#paint(context, at);
    this.#scroller = new Scroller(this.#canvas, trace, paint, (seconds) => {
      this.#canvas.ariaLabel = `Distress score of the last ${seconds} seconds`;
    });
    this.thresholds = this.#thresholds;
  }

  set thresholds(thresholds) {
    this.#thresholds = thresholds;
    for (const level of LEVELS) {
      this.#marks[level].style.setProperty("top", `${(1 - thresholds[level]) * 100}%`);
      this.#marks[level].title = `${title(level)} from ${thresholds[level]}`;
    }
    this.#scroller.redraw();
  }

  /** Draw the trace up to its first `shown` slots. */
  move(shown) {
    this.#scroller.move(shown);
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
    const bottom = height - Math.round((GATE_PX + 2) * ratio);
    const y = (score) => Math.max(ratio, (1 - score) * bottom);
    context.globalAlpha = 0.5;
    for (const [level, least] of Object.entries(this.#thresholds)) {
      context.fillStyle = colours[level];
      context.fillRect(x, Math.round(y(least)), step, ratio);
    }
    if (slot === null) return;
    const colour = colours[this.level(slot.score)] || colours.calm;
    const top = y(slot.score);
    context.globalAlpha = 0.2;
    context.fillStyle = colour;
    context.fillRect(x, top, step, bottom - top);
    context.globalAlpha = 1;
    context.fillStyle = colour;
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
