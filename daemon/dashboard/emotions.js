// The eight emotions of the last minute, one band each: the brighter, the more probable.

import { element, mark, say } from "./element.js";
import { Scroller } from "./scroller.js";
import { EMOTIONS, percent, title } from "./words.js";

const TONES = { sad: "advisory", disgust: "advisory", angry: "critical", fearful: "critical", surprised: "warning" };

export class EmotionBands {
  #names = [];
  #shares = [];
  #scroller;

  constructor(place, trace) {
    for (const emotion of EMOTIONS) {
      this.#names.push(element("li", {}, title(emotion)));
      this.#shares.push(element("li", {}, "–"));
    }
    const canvas = element("canvas", { role: "img" });
    place.append(
      element("ol", { "aria-label": "Emotions" }, ...this.#names),
      canvas,
      element("ol", { class: "shares", "aria-label": "How probable each is now" }, ...this.#shares),
    );
    this.#scroller = new Scroller(canvas, trace, paint, (seconds) => {
      canvas.ariaLabel = `Emotions of the last ${seconds} seconds; the list beside it has the numbers`;
    });
  }

  /** Draw the trace up to its first `shown` slots. */
  move(shown) {
    this.#scroller.move(shown);
  }

  /** The newest in words. */
  say(message) {
    EMOTIONS.forEach((emotion, row) => {
      const share = message.posterior[emotion];
      say(this.#shares[row], message.gate ? percent(share) : "–");
      const strong = String(message.gate && share >= 0.3);
      mark(this.#names[row], "strong", strong);
      mark(this.#shares[row], "strong", strong);
    });
  }
}

function paint(context, { x, step, height, slot, colours, ratio }) {
  if (slot === null || !slot.gate) return;
  const row = height / EMOTIONS.length;
  const inset = 1.5 * ratio;
  EMOTIONS.forEach((emotion, index) => {
    const share = slot.posterior[emotion];
    if (share < 0.02) return;
    context.globalAlpha = Math.min(1, 0.06 + share);
    context.fillStyle = colours[TONES[emotion] ?? "calm"];
    context.fillRect(x, index * row + inset, step, row - 2 * inset);
  });
  context.globalAlpha = 1;
}
