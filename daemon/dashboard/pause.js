// Pauses, and ends a pause.

import { element, say } from "./element.js";

const SPANS = { 300: "5 min", 900: "15 min", 1800: "30 min", 3600: "1 h", 14_400: "4 h" };

export class Pause {
  #connection;
  #span = element(
    "select",
    { "aria-label": "How long to pause" },
    ...Object.entries(SPANS).map(([seconds, words]) => element("option", { value: seconds, selected: seconds === "1800" }, words)),
  );
  #button = element("button", { type: "button", onclick: () => this.#act() }, "Pause");
  #problem = document.getElementById("polite");
  #paused = false;

  constructor(place, connection) {
    this.#connection = connection;
    place.append(this.#span, this.#button);
  }

  source(source) {
    this.#paused = source.paused_until !== null;
    say(this.#button, this.#paused ? "Resume now" : "Pause");
    this.#span.hidden = this.#paused;
  }

  async #act() {
    try {
      if (this.#paused) await this.#connection.request("resume");
      else await this.#connection.request("pause", { seconds: Number(this.#span.value) });
    } catch (error) {
      say(this.#problem, error.message);
    }
  }
}
