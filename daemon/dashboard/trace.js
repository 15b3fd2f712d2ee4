// The last minute of telemetry, one slot for each 50 ms of sound, so that a drop-out is a gap.

export const SLOTS = 1_200;
export const SLOT_S = 0.05;
// More than a minute, because what is shown is a moment behind.
const KEPT = SLOTS + 100;

export class Trace {
  #slots = new Array(KEPT).fill(null);
  /** Slots so far, those included that are forgotten. */
  count = 0;
  #stream_s = null;

  /** Takes a message. */
  add(message) {
    const passed = this.#stream_s === null ? SLOT_S : message.stream_s - this.#stream_s;
    // Another stream begins at 0: what was is left standing behind a gap of a second.
    const moved = passed < 0 ? 20 : Math.min(SLOTS, Math.max(1, Math.round(passed / SLOT_S)));
    // One late message is jitter, not silence.
    const empty = moved <= 3 ? 0 : moved - 1;
    this.#stream_s = message.stream_s;
    for (let slot = 0; slot < empty; slot += 1) this.#put(null);
    this.#put(message);
  }

  /** So many slots of nothing: time in which nothing was heard here. */
  skip(slots) {
    const empty = Math.min(SLOTS, Math.round(slots));
    for (let slot = 0; slot < empty; slot += 1) this.#put(null);
    this.#stream_s = null;
  }

  /** The slot of this number; the first is 0. */
  at(number) {
    return number >= 0 && number < this.count && this.count - number <= KEPT ? this.#slots[number % KEPT] : null;
  }

  #put(message) {
    this.#slots[this.count % KEPT] = message;
    this.count += 1;
  }
}
