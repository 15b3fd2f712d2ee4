// The eight emotions of the last minute, one band each: the brighter, the more probable.

import { element, mark, say } from "./element.js";
import { EMOTIONS, percent, title } from "./words.js";

const TONES = { sad: "advisory", disgust: "advisory", angry: "critical", fearful: "critical", surprised: "warning" };

export class EmotionLane {
  #names = EMOTIONS.map((emotion) => element("li", {}, title(emotion)));
  #shares = EMOTIONS.map(() => element("li", {}, "–"));
  height = 160;
  names = element("ol", { class: "bands", "aria-label": "Emotions in the voice" }, ...this.#names);
  figures = element("ol", { class: "bands", "aria-label": "How probable each is now" }, ...this.#shares);

  /** The newest in words; null: nothing is known. */
  say(sample) {
    const voice = sample !== null && sample.gate;
    EMOTIONS.forEach((emotion, row) => {
      const share = voice ? sample.posterior[emotion] : 0;
      say(this.#shares[row], voice ? percent(share) : "–");
      const strong = String(share >= 0.3);
      mark(this.#names[row], "strong", strong);
      mark(this.#shares[row], "strong", strong);
    });
  }

  paint(context, { x, step, top, height, slot, colours, ratio }) {
    if (slot === null || !slot.gate) return;
    const row = height / EMOTIONS.length;
    const inset = 1.5 * ratio;
    EMOTIONS.forEach((emotion, index) => {
      const share = slot.posterior[emotion];
      if (share < 0.02) return;
      context.globalAlpha = Math.min(1, 0.06 + share);
      context.fillStyle = colours[TONES[emotion] ?? "calm"];
      context.fillRect(x, top + index * row + inset, step, row - 2 * inset);
    });
    context.globalAlpha = 1;
  }
}
