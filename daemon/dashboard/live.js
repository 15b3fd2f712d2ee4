// What is heard at this moment. Samples come twenty times a second, several at once, and are drawn
// one after the other, as often as that costs little.

import { mark } from "./element.js";
import { Pace } from "./pace.js";
import { Plot } from "./plot.js";
import { Rate } from "./rate.js";
import { SLOT_S, Trace } from "./trace.js";

// Who wants less to move is shown a step a second.
const STILL = matchMedia("(prefers-reduced-motion: reduce)").matches;
/** Samples in one message. */
export const BATCH = STILL ? 20 : 5;

export class Live {
  #trace = new Trace();
  #pace = new Pace(STILL ? 0 : BATCH);
  #rate = new Rate();
  #after = new MessageChannel();
  #plot;
  #parts;
  #seen = false;
  #timer = null;
  #heard = 0;
  #current = false;
  #newest = null;

  constructor(place, parts, connection) {
    this.#plot = new Plot(place("plot"), this.#trace);
    this.#parts = parts;
    connection.addEventListener("telemetry_batch", ({ detail }) => this.#take(detail.samples));
    this.#after.port1.onmessage = ({ data }) => {
      const now = performance.now();
      this.#rate.drawn(now - data, now);
      mark(place("live"), "drawings", String(this.#rate.aSecond));
    };
    new IntersectionObserver((entries) => this.#see(entries.at(-1).isIntersecting)).observe(place("live"));
  }

  set thresholds(thresholds) {
    this.#plot.thresholds = thresholds;
  }

  /** What was drawn last in words: once a second, with whatever else is said, because each time the page is laid out anew. */
  say() {
    if (!this.#seen || this.#newest === null) return;
    this.#plot.say(this.#newest);
    this.#parts.say(this.#newest);
  }

  /** Nothing is known of now. */
  stale() {
    this.#current = false;
    this.#newest = null;
    this.#plot.say(null);
  }

  /** Nobody has looked for a while: what was not heard here is a gap. */
  resume() {
    if (this.#heard > 0) this.#trace.skip((performance.now() - this.#heard) / 1000 / SLOT_S);
    this.#heard = 0;
  }

  #take(samples) {
    this.#heard = performance.now();
    this.#current = true;
    for (const sample of samples) this.#trace.add(sample);
    this.#await();
  }

  #see(seen) {
    this.#seen = seen;
    this.#await();
  }

  /** Go on as soon as there is more to draw, if anybody can see it. */
  #await() {
    if (!this.#seen || this.#timer !== null) return;
    const wait = this.#pace.wait(performance.now(), this.#trace.count);
    if (wait !== null) this.#timer = setTimeout(() => this.#draw(), wait);
  }

  #draw() {
    this.#timer = null;
    const now = performance.now();
    this.#pace.go(now, this.#trace.count, this.#rate.slots);
    const { shown } = this.#pace;
    this.#plot.move(shown);
    // What the browser has to do for it comes right after this, and before the next message.
    if (this.#rate.asks(now)) this.#after.port2.postMessage(now);
    const first = this.#newest === null;
    this.#newest = this.#current ? this.#trace.at(shown - 1) : null;
    if (first) this.say();
    this.#await();
  }
}
