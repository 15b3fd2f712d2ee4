// One hour minute by minute: what was heard in each.

import { element } from "./element.js";
import { dayName, HOUR, MINUTE, shortTime, span } from "./moment.js";
import { percent, title } from "./words.js";

export class HourView {
  #connection;
  #place;
  #bars = [];
  #minutes = new Map();
  #start = 0;
  #detail = element("div", { class: "minute", "aria-live": "polite" });

  constructor(place, connection) {
    this.#place = place;
    this.#connection = connection;
  }

  async show(start) {
    this.#start = start.getTime();
    const until = new Date(this.#start + HOUR);
    const head = element("h3", {}, `${dayName(start)}, ${shortTime(start)} to ${shortTime(until)}, minute by minute`);
    this.#place.replaceChildren(head);
    try {
      const { minutes } = await this.#connection.request("list_minutes", { since: start.toISOString(), until: until.toISOString() });
      if (this.#start !== start.getTime()) return; // another hour was chosen meanwhile
      this.#minutes = new Map(minutes.map((minute) => [Math.round((Date.parse(minute.start) - this.#start) / MINUTE), minute]));
      if (minutes.length === 0) {
        this.#place.append(element("p", { class: "hint" }, "Nothing was listened to in this hour."));
        return;
      }
      this.#bars = Array.from({ length: 60 }, (_, minute) => this.#bar(minute));
      const bars = element("div", { class: "minutes", role: "group", "aria-label": "Minutes", onkeydown: (event) => this.#key(event) }, ...this.#bars);
      this.#place.append(bars, this.#detail);
      const loudest = minutes.reduce((best, one) => (one.distress_max > best.distress_max ? one : best));
      this.#pick(Math.round((Date.parse(loudest.start) - this.#start) / MINUTE), false);
    } catch (error) {
      this.#place.append(element("p", { role: "alert" }, error.message));
    }
  }

  #bar(number) {
    const minute = this.#minutes.get(number);
    const at = shortTime(this.#start + number * MINUTE);
    const words = minute === undefined ? `${at}: not listened` : `${at}: highest distress ${minute.distress_max.toFixed(2)}`;
    return element(
      "button",
      {
        type: "button",
        class: "minute-bar",
        tabindex: "-1",
        "aria-label": words,
        "aria-pressed": "false",
        title: words,
        "data-heard": String(minute !== undefined),
        style: { "--share": (minute?.distress_max ?? 0).toFixed(2) },
        onclick: () => this.#pick(number, true),
      },
      element("i"),
    );
  }

  #key(event) {
    const at = this.#bars.indexOf(document.activeElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: 59 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    this.#pick(Math.min(59, Math.max(0, to)), true);
  }

  #pick(number, focus) {
    for (const [index, bar] of this.#bars.entries()) {
      bar.setAttribute("aria-pressed", String(index === number));
      bar.setAttribute("tabindex", index === number ? "0" : "-1");
    }
    if (focus) this.#bars[number].focus({ preventScroll: true });
    this.#detail.replaceChildren(...detail(shortTime(this.#start + number * MINUTE), this.#minutes.get(number)));
  }
}

function detail(at, minute) {
  if (minute === undefined) return [element("p", {}, element("strong", {}, at), " Not listened.")];
  const chips = (items) => element("ul", { class: "chips" }, ...items.map(([name, share]) => element("li", {}, `${name} `, element("span", {}, percent(share)))));
  const emotions = Object.entries(minute.emotions).sort(([, one], [, other]) => other - one).slice(0, 3);
  const rows = [
    element(
      "p",
      {},
      element("strong", {}, at),
      ` listened for ${span(minute.heard_s)}, sound for ${span(minute.open_s)}; ${Math.round(minute.level_mean_db)} dB, at most ${Math.round(minute.level_max_db)} dB; highest distress ${minute.distress_max.toFixed(2)}.`,
    ),
  ];
  if (minute.sounds.length > 0) rows.push(element("div", { class: "chip-row" }, element("span", { class: "hint" }, "Heard"), chips(minute.sounds.map(({ label, score }) => [label, score]))));
  if (emotions.length > 0) rows.push(element("div", { class: "chip-row" }, element("span", { class: "hint" }, "Voice"), chips(emotions.map(([name, share]) => [title(name), share]))));
  return rows;
}
