// How often the plots are drawn: with every sample where that costs little, and less often where it
// costs more, as where there is no graphics processor.

// Samples to one drawing: 20, 10 or 4 drawings a second.
const STEPS = [1, 2, 5];
const SAMPLES_A_SECOND = 20;
// What drawing may take of this thread's time. The rest of the browser takes twice as much for it,
// and what the page costs without is about half of the 5 % that it may cost in all.
const SHARE = 0.009;
const DRAWINGS = 16;
// Where it cost too much, more is tried again after so long.
const AGAIN_MS = 60_000;

export class Rate {
  #took = [];
  #slow = -Infinity;
  /** Samples to one drawing. A page that begins has other things to do. */
  slots = STEPS.at(-1);

  get aSecond() {
    return SAMPLES_A_SECOND / this.slots;
  }

  /** A drawing took `took` milliseconds, until `now`. */
  drawn(took, now) {
    this.#took.push(took);
    if (this.#took.length < DRAWINGS) return;
    // The median: of what interrupts a drawing it knows nothing.
    const usual = this.#took.sort((one, other) => one - other)[DRAWINGS / 2];
    this.#took = [];
    const slots = STEPS.find((step) => (usual / 1000) * (SAMPLES_A_SECOND / step) <= SHARE) ?? STEPS.at(-1);
    if (slots > this.slots) this.#slow = now;
    else if (now - this.#slow < AGAIN_MS) return;
    this.slots = slots;
  }
}
