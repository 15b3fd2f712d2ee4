// Past alerts by day, level, kind and what people said of them.

import { AlertCard } from "./alert.js";
import { element, say } from "./element.js";
import { DAY, midnight } from "./moment.js";
import { KINDS, LEVELS, title } from "./words.js";

const PAGE = 30;
const SAID = { "": "any", nothing: "not answered", ack: "acknowledged", false_alarm: "false alarm" };

export class Past {
  #connection;
  #form;
  #place;
  #cards = new Map();
  #before = null;
  #asked = 0;
  #older = document.getElementById("older");
  #count = document.getElementById("past-count");

  constructor(form, place, connection) {
    this.#form = form;
    this.#place = place;
    this.#connection = connection;
    const field = (name, control) => element("label", {}, element("span", {}, name), control);
    const choice = (name, entries) =>
      element("select", { name }, ...entries.map(([value, words]) => element("option", { value }, words)));
    form.append(
      field("From", element("input", { type: "date", name: "from", value: local(Date.now() - 29 * DAY) })),
      field("To", element("input", { type: "date", name: "to", value: local(Date.now()) })),
      field("Kind", choice("kind", [["", "any"], ...KINDS.map((kind) => [kind, title(kind)])])),
      field("Answer", choice("said", Object.entries(SAID))),
      element(
        "fieldset",
        {},
        element("legend", {}, "Level"),
        ...LEVELS.map((level) => element("label", { class: "check" }, element("input", { type: "checkbox", name: "level", value: level, checked: true }), title(level))),
      ),
    );
    form.addEventListener("change", () => this.load());
    form.addEventListener("submit", (event) => event.preventDefault());
    this.#older.addEventListener("click", () => this.#more());
    connection.addEventListener("feedback", ({ detail }) => this.#cards.get(detail.alert)?.remark(detail.said, detail.time));
    connection.addEventListener("alert", ({ detail }) => this.#cards.get(detail.id)?.take(detail));
  }

  async load() {
    this.#before = null;
    await this.#more(true);
  }

  async #more(anew = false) {
    const asked = (this.#asked += 1);
    try {
      const levels = new FormData(this.#form).getAll("level");
      const answer = levels.length === 0 ? { alerts: [], more: false } : await this.#connection.request("list_alerts", this.#wanted());
      if (asked !== this.#asked) return; // something else is wanted by now
      if (anew) {
        this.#cards.clear();
        this.#place.replaceChildren();
      }
      for (const record of answer.alerts) {
        const card = new AlertCard(this.#connection, record, { dated: true });
        this.#cards.set(record.event.id, card);
        this.#place.append(card.node);
        this.#before = record.first_seq;
      }
      if (this.#cards.size === 0) this.#place.append(element("p", { class: "empty" }, "No such alert."));
      this.#older.hidden = !answer.more;
      say(this.#count, this.#cards.size === 0 ? "" : `${this.#cards.size}${answer.more ? " shown, there are more" : " in all"}`);
    } catch (error) {
      say(this.#count, error.message);
    }
  }

  #wanted() {
    const data = new FormData(this.#form);
    const day = (name, days) => {
      const [year, month, date] = data.get(name).split("-").map(Number);
      return midnight(new Date(year, month - 1, date), days).toISOString();
    };
    return {
      since: data.get("from") ? day("from", 0) : new Date(0).toISOString(),
      until: data.get("to") ? day("to", 1) : null,
      levels: data.getAll("level"),
      kinds: data.get("kind") ? [data.get("kind")] : [],
      said: data.get("said") || null,
      before: this.#before,
      limit: PAGE,
    };
  }
}

/** A day as a date field wants it, by the clock on the wall. */
function local(moment) {
  const at = new Date(moment);
  return [at.getFullYear(), String(at.getMonth() + 1).padStart(2, "0"), String(at.getDate()).padStart(2, "0")].join("-");
}
