// The distress score of the last minute against the levels at which alerts begin.

import { element, mark, say } from "./element.js";
import { LEVELS, title } from "./words.js";

export class DistressLane {
  #thresholds = { advisory: 0.62, warning: 0.7, critical: 0.9 };
  #marks = Object.fromEntries(LEVELS.map((level) => [level, element("span", { class: "threshold", "data-level": level }, title(level))]));
  #score = element("output", { id: "score", "aria-live": "off" }, "–");
  #words = element("span", { id: "score-words", class: "hint" });
  height = 150;
  names = element("p", { class: "reading" }, "Distress", this.#score, this.#words);
  // Beside the plot, not on it: whatever lies on it would be drawn anew with it.
  figures = element("div", { class: "scale", "aria-hidden": "true" }, ...Object.values(this.#marks));

  constructor() {
    this.thresholds = this.#thresholds;
  }

  set thresholds(thresholds) {
    this.#thresholds = thresholds;
    for (const level of LEVELS) {
      this.#marks[level].style.setProperty("top", `${(1 - thresholds[level]) * 100}%`);
      this.#marks[level].title = `${title(level)} from ${thresholds[level]}`;
    }
  }

  /** The newest in words; null: nothing is known. */
  say(sample) {
    const level = sample === null ? "" : this.#level(sample.score);
    say(this.#score, sample === null ? "–" : sample.score.toFixed(2));
    say(this.#words, sample === null ? "" : level === "" ? "below every level" : title(level));
    mark(this.#score, "level", level);
  }

  #level(score) {
    return LEVELS.findLast((level) => score >= this.#thresholds[level]) ?? "";
  }

  paint(context, { x, step, top, height, slot, before, colours, ratio }) {
    const bottom = top + height;
    const y = (score) => Math.max(top + ratio, bottom - score * height);
    context.globalAlpha = 0.5;
    for (const [level, least] of Object.entries(this.#thresholds)) {
      context.fillStyle = colours[level];
      context.fillRect(x, Math.round(y(least)), step, ratio);
    }
    context.globalAlpha = 1;
    if (slot === null) return;
    const colour = colours[this.#level(slot.score)] || colours.calm;
    const at = y(slot.score);
    context.globalAlpha = 0.2;
    context.fillStyle = colour;
    context.fillRect(x, at, step, bottom - at);
    context.globalAlpha = 1;
    const from = before === null ? at : y(before.score);
    const thick = 1.6 * ratio;
    const upper = Math.max(top, Math.min(from, at) - thick / 2);
    context.fillRect(x, upper, step, Math.min(bottom, Math.max(from, at) + thick / 2) - upper);
  }
}
