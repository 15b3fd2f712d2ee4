// The alerts of the last day, newest first, changing in place; and the words for who cannot see.

import { AlertCard } from "./alert.js";
import { element, say } from "./element.js";
import { DAY } from "./moment.js";
import { title } from "./words.js";

const MOST = 100;

export class Timeline {
  #place;
  #connection;
  #cards = new Map();
  #count = document.getElementById("alerts-count");
  #polite = document.getElementById("polite");
  #urgent = document.getElementById("urgent");
  #nothing = element("p", { class: "empty" }, "Nothing has happened. Alerts appear here as they are raised.");

  constructor(place, connection) {
    this.#place = place;
    this.#connection = connection;
    place.append(this.#nothing);
    connection.addEventListener("alert", ({ detail }) => this.#take(detail));
    connection.addEventListener("feedback", ({ detail }) => this.#cards.get(detail.alert)?.remark(detail.said, detail.time));
    connection.addEventListener("snapshot", ({ detail }) => this.#begin(detail));
  }

  get openCards() {
    return [...this.#cards.values()].filter((card) => card.open);
  }

  async #begin(snapshot) {
    const before = [...this.#cards.keys()];
    for (const event of snapshot.open_alerts) this.#put({ first_seq: event.seq, raised: event.time, why: event.why, event, remark: null });
    try {
      const since = new Date(Date.now() - DAY).toISOString();
      const demonstrations = snapshot.source.name === "demo";
      const { alerts } = await this.#connection.request("list_alerts", { since, limit: MOST, demonstrations });
      for (const record of alerts) this.#put(record);
      const known = new Set([...alerts.map((record) => record.event.id), ...snapshot.open_alerts.map((event) => event.id)]);
      // Another store, or one that has been emptied: what it does not know is no more.
      // An alert that came while that was asked is in neither, and stays.
      if (!snapshot.resumed) for (const id of before) if (!known.has(id) && this.#cards.has(id)) this.#remove(id);
      this.#tell();
    } catch (error) {
      say(this.#count, error.message);
    }
  }

  #take(event) {
    const card = this.#cards.get(event.id);
    if (card === undefined) this.#put({ first_seq: event.seq, raised: event.time, why: event.why, event, remark: null });
    else card.take(event);
    this.#tell();
    this.#announce(event);
  }

  #put(record) {
    const card = this.#cards.get(record.event.id);
    if (card !== undefined) {
      card.record.first_seq = record.first_seq;
      card.record.raised = record.raised;
      card.record.why = record.why;
      if (record.remark !== null) card.record.remark = record.remark;
      card.take(record.event);
      if (record.remark !== null) card.remark(record.remark.said, record.remark.time);
      return;
    }
    const made = new AlertCard(this.#connection, record);
    const next = [...this.#cards.values()].filter((one) => one.record.first_seq < record.first_seq);
    const below = next.reduce((best, one) => (best === null || one.record.first_seq > best.record.first_seq ? one : best), null);
    this.#place.insertBefore(made.node, below?.node ?? this.#nothing);
    this.#cards.set(record.event.id, made);
    if (this.#cards.size > MOST) this.#remove([...this.#cards.values()].reduce(older).record.event.id);
  }

  #remove(id) {
    this.#cards.get(id).node.remove();
    this.#cards.delete(id);
  }

  #tell() {
    const open = this.openCards.length;
    const all = this.#cards.size;
    this.#nothing.hidden = all > 0;
    say(this.#count, all === 0 ? "" : `${all} in all, ${open === 0 ? "none open" : `${open} open`}`);
    document.title = open === 0 ? "distressd" : `(${open}) ${title(this.openCards[0].record.event.kind)} · distressd`;
    this.#place.dispatchEvent(new CustomEvent("alerts", { bubbles: true }));
  }

  #announce(event) {
    const words = `${title(event.kind)}: ${event.level} ${event.phase}. ${event.why}`;
    if (event.phase === "raised") say(this.#urgent, words);
    else if (event.phase === "cleared") say(this.#polite, words);
  }
}

const older = (one, other) => (one.record.first_seq < other.record.first_seq ? one : other);
