// What is heard at this moment. Samples come twenty times a second, several at once; all that shows
// them is drawn in one frame of the screen, a few times a second.

import { DistressPlot } from "./distress.js";
import { EmotionBands } from "./emotions.js";
import { SLOT_S, Trace } from "./trace.js";

// Samples in one message. Who wants less to move is shown a step a second.
export const BATCH = matchMedia("(prefers-reduced-motion: reduce)").matches ? 20 : 5;
// Nobody reads faster, and each time the page is laid out anew.
const WORDS_EVERY_MS = 390;

export class Live {
  #trace = new Trace();
  #distress;
  #emotions;
  #parts;
  #newest = null;
  #framed = false;
  #seen = new Set();
  #heard = 0;
  #said = 0;

  constructor(place, parts, connection) {
    this.#distress = new DistressPlot(place("distress"), this.#trace);
    this.#emotions = new EmotionBands(place("emotions"), this.#trace);
    this.#parts = parts;
    connection.addEventListener("telemetry_batch", ({ detail }) => this.#take(detail.samples));
    const observer = new IntersectionObserver((entries) => this.#see(entries));
    for (const name of ["parts", "live"]) observer.observe(place(name));
  }

  set thresholds(thresholds) {
    this.#distress.thresholds = thresholds;
  }

  /** Nobody has looked for a while: what was not heard here is a gap. */
  resume() {
    if (this.#heard > 0) this.#trace.skip((performance.now() - this.#heard) / 1000 / SLOT_S);
    this.#heard = 0;
  }

  #take(samples) {
    this.#heard = performance.now();
    for (const sample of samples) this.#trace.add(sample);
    this.#newest = samples.at(-1);
    this.#wish();
  }

  #see(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#seen.add(target);
      else this.#seen.delete(target);
    }
    this.#wish();
  }

  /** A frame, if there is anything that anybody can see. */
  #wish() {
    if (this.#seen.size === 0 || this.#framed || this.#newest === null) return;
    this.#framed = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#framed = false;
    this.#distress.move();
    this.#emotions.move();
    this.#parts.level(this.#newest);
    const now = performance.now();
    if (now - this.#said < WORDS_EVERY_MS) return;
    this.#said = now;
    this.#distress.say(this.#newest);
    this.#emotions.say(this.#newest);
    this.#parts.say(this.#newest);
  }
}
