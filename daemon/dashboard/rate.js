// How often the plots are drawn: with every sample where that costs little, and less often where it
// costs more, as where there is no graphics processor.

// Samples to one drawing, and the milliseconds of this thread up to which a drawing may take for that:
// 20 drawings a second at 1.5 % of it, 10 at 4 %. The rest of the browser takes as much again. Ten are
// nearly as smooth as twenty; four jump, and are for a machine that has nothing to spare.
const STEPS = [
  [1, 0.75],
  [2, 4],
  [5, Infinity],
];
const SAMPLES_A_SECOND = 20;
const DRAWINGS = 16;
// Where it cost too much, more is tried again after so long.
const AGAIN_MS = 60_000;
// Timing costs something itself.
const EVERY_MS = 10_000;

export class Rate {
  #took = [];
  #slow = -Infinity;
  #next = -Infinity;
  /** Samples to one drawing. */
  slots = 2;

  get aSecond() {
    return SAMPLES_A_SECOND / this.slots;
  }

  /** Whether how long a drawing takes is wanted. */
  asks(now) {
    return now >= this.#next;
  }

  /** A drawing took `took` milliseconds, until `now`. */
  drawn(took, now) {
    this.#took.push(took);
    if (this.#took.length < DRAWINGS) return;
    // The median: of what interrupts a drawing it knows nothing.
    const usual = this.#took.sort((one, other) => one - other)[DRAWINGS / 2];
    this.#took = [];
    this.#next = now + EVERY_MS;
    const [slots] = STEPS.find(([, most]) => usual <= most);
    if (slots > this.slots) this.#slow = now;
    else if (now - this.#slow < AGAIN_MS) return;
    this.slots = slots;
  }
}
