// The last minute of telemetry, one slot for each 50 ms of sound, so that a drop-out is a gap.

export const SLOTS = 1_200;
export const SLOT_S = 0.05;

export class Trace {
  #slots = new Array(SLOTS).fill(null);
  #next = 0;
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

  /** The slot so many before the newest one, which is 0. */
  at(back) {
    return back < SLOTS ? this.#slots[(this.#next - 1 - back + 2 * SLOTS) % SLOTS] : null;
  }

  #put(message) {
    this.#slots[this.#next] = message;
    this.count += 1;
    this.#next = (this.#next + 1) % SLOTS;
  }
}
