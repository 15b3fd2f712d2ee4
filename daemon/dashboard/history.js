// The view of the past: loaded when it is looked at, and again after a reconnection.

import { element } from "./element.js";
import { HeatMap } from "./heatmap.js";
import { HourView } from "./hour.js";
import { Past } from "./past.js";

const DAYS = { 7: "7 days", 14: "14 days", 30: "30 days", 90: "90 days" };

export class History {
  #past;
  #heat;
  #hour;
  #connection;
  #shown = false;

  constructor(place, connection) {
    this.#connection = connection;
    this.#past = new Past(place("filters"), place("past"), connection);
    this.#hour = new HourView(place("hour"), connection);
    this.#heat = new HeatMap(place("heat"), connection, (start) => this.#hour.show(start));
    const days = place("days");
    days.append(...Object.entries(DAYS).map(([value, words]) => element("option", { value }, words)));
    days.addEventListener("change", () => {
      this.#heat.days = Number(days.value);
    });
    connection.addEventListener("snapshot", () => this.shown(this.#shown));
  }

  shown(shown) {
    this.#shown = shown;
    if (!shown || !this.#connection.live) return;
    this.#heat.load();
    this.#past.load();
  }
}
