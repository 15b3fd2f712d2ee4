// What is heard at this moment. Samples come twenty times a second, several at once; all that shows
// them is drawn in one frame of the screen, a few times a second.

import { DistressPlot } from "./distress.js";
import { EmotionBands } from "./emotions.js";
import { SLOT_S, Trace } from "./trace.js";

// Samples in one message. Who wants less to move is shown a step a second.
export const BATCH = matchMedia("(prefers-reduced-motion: reduce)").matches ? 20 : 4;

export class Live {
  #trace = new Trace();
  #distress;
  #emotions;
  #parts;
  #newest = null;
  #slots = 0;
  #framed = false;
  #heard = 0;

  constructor(place, parts, connection) {
    this.#distress = new DistressPlot(place("distress"), this.#trace);
    this.#emotions = new EmotionBands(place("emotions"), this.#trace);
    this.#parts = parts;
    connection.addEventListener("telemetry_batch", ({ detail }) => this.#take(detail.samples));
  }

  set thresholds(thresholds) {
    this.#distress.thresholds = thresholds;
  }

  /** Nobody has looked for a while: what was not heard here is a gap. */
  resume() {
    if (this.#heard > 0) this.#slots += this.#trace.skip((performance.now() - this.#heard) / 1000 / SLOT_S);
    this.#heard = 0;
  }

  #take(samples) {
    this.#heard = performance.now();
    for (const sample of samples) this.#slots += this.#trace.add(sample);
    this.#newest = samples.at(-1);
    if (this.#framed) return;
    this.#framed = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#framed = false;
    this.#distress.moved(this.#slots, this.#newest);
    this.#emotions.moved(this.#slots, this.#newest);
    this.#parts.telemetry(this.#newest);
    this.#slots = 0;
  }
}
