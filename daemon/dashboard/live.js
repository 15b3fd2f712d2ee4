// What is heard at this moment. Samples come twenty times a second, several at once, and are drawn
// one after the other, as often as that costs little.

import { DistressPlot } from "./distress.js";
import { mark } from "./element.js";
import { EmotionBands } from "./emotions.js";
import { Pace } from "./pace.js";
import { Rate } from "./rate.js";
import { SLOT_S, Trace } from "./trace.js";

// Who wants less to move is shown a step a second.
const STILL = matchMedia("(prefers-reduced-motion: reduce)").matches;
/** Samples in one message. */
export const BATCH = STILL ? 20 : 5;
// Nobody reads faster, and each time the page is laid out anew.
const WORDS_EVERY_MS = 490;
const LEVEL_EVERY_MS = 190;

export class Live {
  #trace = new Trace();
  #pace = new Pace(STILL ? 0 : BATCH);
  #rate = new Rate();
  #after = new MessageChannel();
  #distress;
  #emotions;
  #parts;
  #seen = new Set();
  #timer = null;
  #heard = 0;
  #said = 0;
  #levelled = 0;

  constructor(place, parts, connection) {
    this.#distress = new DistressPlot(place("distress"), this.#trace);
    this.#emotions = new EmotionBands(place("emotions"), this.#trace);
    this.#parts = parts;
    connection.addEventListener("telemetry_batch", ({ detail }) => this.#take(detail.samples));
    this.#after.port1.onmessage = ({ data }) => {
      const now = performance.now();
      this.#rate.drawn(now - data, now);
      mark(place("live"), "drawings", String(this.#rate.aSecond));
    };
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
    this.#await();
  }

  #see(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#seen.add(target.id);
      else this.#seen.delete(target.id);
    }
    this.#await();
  }

  /** Go on as soon as there is more to draw, if anybody can see it. */
  #await() {
    if (this.#seen.size === 0 || this.#timer !== null) return;
    const wait = this.#pace.wait(performance.now(), this.#trace.count);
    if (wait !== null) this.#timer = setTimeout(() => this.#draw(), wait);
  }

  #draw() {
    this.#timer = null;
    const now = performance.now();
    this.#pace.go(now, this.#trace.count, this.#rate.slots);
    const { shown } = this.#pace;
    const newest = this.#trace.at(shown - 1);
    const last = shown === this.#trace.count;
    if (this.#seen.has("live")) {
      this.#distress.move(shown);
      this.#emotions.move(shown);
      // What the browser has to do for it comes right after this, and before the next message.
      this.#after.port2.postMessage(now);
    }
    if (newest !== null) {
      if (last || now - this.#levelled >= LEVEL_EVERY_MS) this.#level(now, newest);
      if (last || now - this.#said >= WORDS_EVERY_MS) this.#say(now, newest);
    }
    this.#await();
  }

  #level(now, newest) {
    this.#levelled = now;
    this.#parts.level(newest);
  }

  #say(now, newest) {
    this.#said = now;
    this.#distress.say(newest);
    this.#emotions.say(newest);
    this.#parts.say(newest);
  }
}
