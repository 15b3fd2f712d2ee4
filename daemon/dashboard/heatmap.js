// The last days hour by hour: how loud distress was, what was not listened to, and how many alerts.

import { element, say } from "./element.js";
import { dayName, midnight, shortTime, span } from "./moment.js";
import { LEVELS } from "./words.js";

const HOURS = 24;

export class HeatMap {
  #connection;
  #place;
  #picked;
  #days = 7;
  #cells = [];
  #at = [0, 0];
  #problem = element("p", { class: "hint", role: "status" });

  /** `picked(start)` is called with the moment at which an hour begins that somebody chose. */
  constructor(place, connection, picked) {
    this.#place = place;
    this.#connection = connection;
    this.#picked = picked;
  }

  set days(days) {
    this.#days = days;
    this.load();
  }

  async load() {
    const first = midnight(Date.now(), 1 - this.#days);
    const end = midnight(Date.now(), 1);
    try {
      const { hours } = await this.#connection.request("list_hours", { since: first.toISOString(), until: end.toISOString() });
      this.#show(new Map(hours.map((hour) => [Date.parse(hour.start), hour])));
      say(this.#problem, hours.length === 0 ? "Nothing is kept of these days yet. An hour appears once a minute of it has been heard." : "");
    } catch (error) {
      say(this.#problem, error.message);
    }
    this.#place.append(this.#problem);
  }

  #show(hours) {
    const focused = this.#place.contains(document.activeElement);
    this.#cells = [];
    const rows = Array.from({ length: this.#days }, (_, row) => {
      const day = midnight(Date.now(), -row);
      const cells = Array.from({ length: HOURS }, (_, column) => {
        // By the clock on the wall: the day on which it is changed has an hour twice, or not at all.
        const start = new Date(day.getFullYear(), day.getMonth(), day.getDate(), column);
        return this.#cell(start, hours.get(start.getTime()), row, column);
      });
      this.#cells.push(cells);
      return element(
        "div",
        { role: "row", class: "heat-row" },
        element("span", { role: "rowheader", class: "heat-day" }, dayName(day)),
        ...cells.map((cell) => element("span", { role: "gridcell" }, cell)),
      );
    });
    const heads = Array.from({ length: HOURS }, (_, hour) => element("span", { role: "columnheader", class: "heat-hour" }, String(hour)));
    const head = element("div", { role: "row", class: "heat-row" }, element("span", { role: "columnheader", class: "heat-day" }, element("span", { class: "unseen" }, "Day")), ...heads);
    const grid = element("div", { role: "grid", class: "heat", "aria-label": "Days by hour", onkeydown: (event) => this.#key(event) }, head, ...rows);
    this.#place.replaceChildren(grid, legend());
    const [row, column] = this.#at;
    this.#move(Math.min(row, this.#days - 1), column, focused);
  }

  #cell(start, hour, row, column) {
    const future = start > Date.now();
    const worst = hour && LEVELS.findLast((level) => hour.alerts[level] > 0);
    const count = hour ? Object.values(hour.alerts).reduce((sum, one) => sum + one, 0) : 0;
    const heard = hour && hour.heard_s > 0;
    const distress = heard ? hour.distress_max : 0;
    const words = [
      `${dayName(start)}, ${shortTime(start)}`,
      future ? "to come" : heard ? `listened for ${span(hour.heard_s)}` : "not listened",
      count > 0 ? `${count} alert${count > 1 ? "s" : ""}, the gravest ${worst}` : "",
      heard ? `highest distress ${distress.toFixed(2)}` : "",
    ].filter(Boolean);
    return element(
      "button",
      {
        type: "button",
        class: "heat-cell",
        tabindex: "-1",
        "data-heard": String(Boolean(heard)),
        "data-level": worst ?? false,
        "data-future": future,
        style: { "--share": distress.toFixed(2) },
        title: words.join(" · "),
        "aria-label": words.join(", "),
        onclick: () => {
          this.#move(row, column, true);
          this.#picked(start);
        },
      },
      count > 0 ? String(count) : "",
    );
  }

  #key(event) {
    const [row, column] = this.#at;
    const moves = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [row, 0],
      End: [row, HOURS - 1],
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#move(Math.min(this.#days - 1, Math.max(0, to[0])), Math.min(HOURS - 1, Math.max(0, to[1])), true);
  }

  /** One cell at a time is reached by the tab key; arrows lead from it to the others. */
  #move(row, column, focus) {
    this.#cells[this.#at[0]]?.[this.#at[1]]?.setAttribute("tabindex", "-1");
    this.#at = [row, column];
    const cell = this.#cells[row][column];
    cell.setAttribute("tabindex", "0");
    if (focus) cell.focus({ preventScroll: true });
  }
}

function legend() {
  const one = (attributes, words) => element("li", {}, element("i", { class: "heat-cell", ...attributes }), words);
  return element(
    "ul",
    { class: "legend hint", "aria-hidden": "true" },
    one({ "data-heard": "false" }, "not listened"),
    one({ "data-heard": "true", style: { "--share": "0.05" } }, "calm"),
    one({ "data-heard": "true", style: { "--share": "0.6" } }, "some distress"),
    ...LEVELS.map((level) => one({ "data-heard": "true", "data-level": level }, `${level} alert`)),
  );
}
