// How far the plots have come. Samples come several at once; the plots follow a moment behind, by
// the clock, so that they move evenly.

import { SLOT_S } from "./trace.js";

const SLOT_MS = 1000 * SLOT_S;
// What a message may be late without leaving nothing to draw.
const SPARE = 2;
// Beyond so much that waits nobody was looking, or nothing was heard: it is shown at once.
const MOST = 40;

export class Pace {
  #batch;
  #due = -Infinity;
  #stands = true;
  /** Slots that are shown. */
  shown = 0;

  /** `batch`: how many come at once; 0: whatever comes is shown at once. */
  constructor(batch) {
    this.#batch = batch;
  }

  /** In how many milliseconds there is more to show of `count` slots; null: when more have come. */
  wait(now, count) {
    if (count <= this.shown) return null;
    if (this.#batch === 0 || count - this.shown > MOST) return 0;
    // What comes too late to go on as it went begins anew.
    if (this.#stands && this.#due < now) this.#due = now + SPARE * SLOT_MS;
    this.#stands = false;
    return Math.max(0, this.#due - now);
  }

  /** Show what is due, and the next so many `slots` later. */
  go(now, count, slots) {
    const waiting = count - this.shown;
    if (this.#batch === 0) {
      this.shown = count;
    } else if (waiting > MOST) {
      this.shown = count - SPARE - this.#batch;
      this.#due = now + slots * SLOT_MS;
    } else {
      // Half of a step either way is a timer's jitter.
      const steps = Math.max(0, Math.round((now - this.#due) / (slots * SLOT_MS)) + 1);
      this.#due += steps * slots * SLOT_MS;
      // The daemon's clock is faster, or a message was late.
      const hurry = waiting > 2 * this.#batch + slots ? 1 : 0;
      this.shown += Math.min(waiting, steps * slots + hurry);
    }
    this.#stands = this.shown === count;
  }
}
