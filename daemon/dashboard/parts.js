// Whether each part works: the microphone, the words, and the memory.

import { element, mark, say } from "./element.js";
import { ago, whenTime } from "./moment.js";
import { title } from "./words.js";

const TONES = { ok: "calm", off: "quiet", starting: "quiet", ended: "quiet", degraded: "warning", unavailable: "warning", failed: "critical" };
const STATES = { ok: "Working", off: "Switched off", starting: "Starting", ended: "Ended", degraded: "Working in part", unavailable: "Not available", failed: "Failed" };

class Part {
  constructor(name) {
    this.state = element("p", { class: "state" }, "–");
    this.why = element("p", { class: "hint why" });
    this.figure = element("p", { class: "hint" });
    this.node = element(
      "section",
      { class: "panel part", "aria-label": name },
      element("div", { class: "part-head" }, element("h2", {}, name), this.figure),
      this.state,
      this.why,
    );
  }

  show(status, words = STATES[status.state] ?? title(status.state)) {
    mark(this.node, "tone", TONES[status.state] ?? "quiet");
    say(this.state, words);
    say(this.why, `${status.reason} ${status.remedy}`.trim());
  }
}

export class Parts {
  #microphone = new Part("Microphone");
  #language = new Part("What is said");
  #store = new Part("Memory");
  #heard = element("p", { class: "hint" });
  #said = element("p", { class: "hint" });
  #last = null;
  #open = false;
  #rate = null;
  #soundEvents = null;
  #storeStatus = null;
  #clips = null;

  constructor(place) {
    this.#microphone.node.insertBefore(this.#heard, this.#microphone.why);
    this.#language.node.insertBefore(this.#said, this.#language.why);
    place.append(this.#microphone.node, this.#language.node, this.#store.node);
  }

  source(source) {
    const names = { mic: "Listening", file: "Playing a recording", stdin: "Listening to a pipe", demo: "Playing the demonstration" };
    const well = source.state === "ok" ? names[source.name] : undefined;
    const stage = source.liveness && source.liveness !== "healthy" ? title(source.liveness) : well;
    this.#microphone.show(source, source.cause ? `${stage}: ${source.cause}` : stage);
  }

  language(status) {
    this.#language.show(status);
  }

  store(status) {
    this.#storeStatus = status;
    this.#memory();
  }

  soundEvents(status) {
    this.#soundEvents = status;
    this.#memory();
  }

  clips(status) {
    this.#clips = status;
    this.#memory();
  }

  /** The third card tells of whichever is not well: the store, or the ear for screams; else whether sound is kept. */
  #memory() {
    const events = this.#soundEvents;
    const troubled = events !== null && !["ok", "off"].includes(events.state);
    if (troubled) this.#store.show(events, `Screams and crying: ${(STATES[events.state] ?? events.state).toLowerCase()}`);
    else if (this.#storeStatus !== null) {
      const { state, reason, remedy } = this.#storeStatus;
      const sound = this.#clips === null || this.#clips.state === "off" ? "" : `${this.#clips.reason} ${this.#clips.remedy}`;
      const told = { state, reason: `${reason} ${sound}`.trim(), remedy };
      this.#store.show(told, state === "ok" ? "Every alert is kept" : undefined);
    }
  }

  vitals(vitals) {
    this.#last = vitals.last_sound;
    this.#rate = vitals.hops_per_s;
    this.#open &&= vitals.hops_per_s > 0;
    const figures = vitals.language;
    say(this.#language.figure, figures === null ? "" : `${figures.waiting} waiting`);
    say(this.#said, figures === null ? "" : `${figures.transcribed} transcribed since the start${figures.dropped > 0 ? `, ${figures.dropped} given up` : ""}`);
  }

  /** What passes with time. */
  show() {
    if (this.#rate === null) return;
    say(this.#microphone.figure, `${Math.round(this.#rate)} frames a second`);
    say(this.#heard, this.#open ? "Sound now" : this.#last === null ? "No sound heard yet" : `Last sound ${ago(this.#last)}`);
  }

  /** What is heard now. */
  say(sample) {
    this.#open = sample.gate;
    if (sample.gate) this.#last = sample.time;
  }

  stale(since) {
    this.#open = false;
    say(this.#microphone.state, since === null ? "Not connected" : `As of ${whenTime(since)}`);
  }
}
