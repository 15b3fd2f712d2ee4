// How loud it was in the last minute, the noise floor that a sound must rise above, and whether one did.

import { element, say } from "./element.js";

const QUIETEST_DB = -80;

export class LevelLane {
  height = 44;
  names = element("p", {}, "Level");
  figures = element("p", { class: "figure" }, "–");

  /** The newest in words; null: nothing is known. */
  say(sample) {
    say(this.figures, sample === null ? "–" : `${Math.round(sample.level_db)} dB`);
  }

  paint(context, { x, step, top, height, slot, colours, ratio }) {
    if (slot === null) return;
    const bar = height * share(slot.level_db);
    context.globalAlpha = slot.gate ? 0.9 : 0.45;
    context.fillStyle = slot.gate ? colours.calm : colours.soft;
    context.fillRect(x, top + height - bar, step, bar);
    context.globalAlpha = 1;
    context.fillStyle = colours.ink;
    context.fillRect(x, Math.round(top + height * (1 - share(slot.floor_db))), step, ratio);
  }
}

const share = (db) => Math.min(1, Math.max(0, 1 - db / QUIETEST_DB));
