// One alert on the page. It changes in place as its events come, and opens to its evidence.

import { element, mark, say } from "./element.js";
import { evidence } from "./evidence.js";
import { clockTime, dayName, shortTime, whenTime } from "./moment.js";
import { confirmed, rank, title } from "./words.js";

const REMARKS = { ack: "acknowledged", false_alarm: "false alarm" };
let made = 0;

export class AlertCard {
  #connection;
  #dated;
  #steps = [];
  #whole = false;
  #time = element("time", { class: "alert-time" });
  #kind = element("span", { class: "alert-kind" });
  #why = element("span", { class: "alert-why" });
  #tags = element("span", { class: "alert-tags" });
  #body;
  #summary;
  #ack = element("button", { type: "button", onclick: () => this.#say("ack") }, "Acknowledge");
  #false = element("button", { type: "button", class: "quiet", onclick: () => this.#say("false_alarm") }, "False alarm");
  #problem = element("p", { role: "alert" });

  /** `record` is {first_seq, raised, why, event, remark}, as `list_alerts` gives it; `dated`: with its day. */
  constructor(connection, record, { dated = false } = {}) {
    this.#connection = connection;
    this.#dated = dated;
    this.record = record;
    const id = `alert-body-${(made += 1)}`;
    this.#body = element("div", { class: "alert-body", id, hidden: true });
    this.#summary = element(
      "button",
      { type: "button", class: "alert-summary", "aria-expanded": "false", "aria-controls": id, onclick: () => this.toggle() },
      this.#time,
      this.#kind,
      this.#why,
      this.#tags,
    );
    this.node = element(
      "article",
      { class: "alert", "data-alert": record.event.id },
      element("div", { class: "alert-row" }, this.#summary, element("div", { class: "alert-actions" }, this.#ack, this.#false)),
      this.#problem,
      this.#body,
    );
    this.#steps = record.event.phase === "raised" ? [record.event] : [];
    this.#whole = record.event.phase === "raised";
    this.#show();
  }

  get open() {
    return this.record.event.phase !== "cleared";
  }

  /** Another event of this alert. */
  take(event) {
    if (event.seq <= this.record.event.seq) return;
    this.record.event = event;
    this.#steps.push(event);
    this.#show();
  }

  /** Somebody said something of it, here or elsewhere. */
  remark(said, time) {
    this.record.remark = { said, time };
    this.#show();
  }

  async toggle() {
    const opening = this.#body.hidden;
    this.#body.hidden = !opening;
    this.#summary.setAttribute("aria-expanded", String(opening));
    if (!opening) return;
    this.#show();
    if (!this.#whole) await this.#tell();
  }

  /** Have the daemon tell all of its events. */
  async #tell() {
    try {
      const story = await this.#connection.request("show_alert", { alert: this.record.event.id });
      const last = story.events.at(-1)?.seq ?? 0;
      this.#steps = [...story.events, ...this.#steps.filter((event) => event.seq > last)];
      this.#whole = true;
      this.#show();
    } catch (error) {
      say(this.#problem, error.message);
    }
  }

  async #say(said) {
    this.#ack.disabled = this.#false.disabled = true;
    say(this.#problem, "");
    try {
      await this.#connection.request(said, { alert: this.record.event.id });
      this.remark(said, new Date().toISOString());
    } catch (error) {
      say(this.#problem, error.message);
    }
    this.#ack.disabled = this.#false.disabled = false;
    // The button that was pressed may be gone: whoever uses the keyboard stays at this alert.
    if (document.activeElement === document.body) this.#summary.focus();
  }

  #show() {
    const { event, raised, remark } = this.record;
    const demo = event.source === "demo";
    mark(this.node, "level", event.level);
    mark(this.node, "open", String(this.open));
    mark(this.node, "said", remark?.said ?? "");
    this.#time.setAttribute("datetime", raised);
    say(this.#time, this.#dated ? `${dayName(raised)} ${shortTime(raised)}` : whenTime(raised));
    say(this.#kind, title(event.kind));
    // Of one that is over, what it was about says more than that it ended.
    const why = this.open ? event.why : (this.record.why ?? event.why);
    say(this.#why, why.replaceAll(/(?<=\d) (?=%)/g, "\u00a0"));
    const tags = [
      this.open ? ["level", `${event.level}, open`] : ["", `${event.level}, cleared ${clockTime(event.time)}`],
      [event, ...this.#steps].some(confirmed) ? ["", "confirmed by text"] : null,
      this.#steps.some((one) => rank(one) > rank(event)) ? ["", "lowered"] : null,
      remark ? ["calm", REMARKS[remark.said]] : null,
      event.durable ? null : ["", "not stored yet"],
      demo ? ["", "demonstration"] : null,
    ].filter(Boolean);
    this.#tags.replaceChildren(...tags.map(([tone, words]) => element("span", { class: "tag", "data-tone": tone }, words)));
    this.#ack.hidden = demo || remark?.said === "ack";
    this.#false.hidden = demo || remark?.said === "false_alarm";
    if (!this.#body.hidden) this.#body.replaceChildren(...evidence(event, this.#steps));
  }
}
