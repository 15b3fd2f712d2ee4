// Whether alerts reach anybody: each notification channel, how it gets on, and a test of it.

import { element, mark, say } from "./element.js";
import { ago, clockTime, whenTime } from "./moment.js";

const SORTS = { desktop: "this machine", apprise: "Apprise", webhook: "webhook", mqtt: "MQTT", command: "command" };
const TONES = { ok: "calm", starting: "quiet", off: "quiet", degraded: "warning", unavailable: "critical", failed: "critical" };
const COUNTS = { sent: "told", waiting: "waiting", failed: "given up", dropped: "dropped", quiet: "withheld by its rules" };

export class Channels {
  #connection;
  #place;
  #cards = new Map();
  #nothing = element("p", { class: "hint" });
  channels = [];

  /** `changed()` is called when any of `channels` may be another. */
  constructor(place, connection, changed) {
    this.#place = place;
    this.#connection = connection;
    place.append(this.#nothing);
    const take = (message) => {
      this.#take(message);
      changed();
    };
    connection.addEventListener("channels", ({ detail }) => take(detail));
    connection.addEventListener("snapshot", async () => {
      try {
        take(await connection.request("show_channels"));
      } catch (error) {
        say(this.#nothing, error.message);
      }
    });
  }

  /** Channels through which nothing goes, with the reason. That there is no desktop is how many machines are. */
  get unreachable() {
    return this.channels.filter(({ state, sort }) => sort !== "desktop" && (state === "unavailable" || state === "failed"));
  }

  /** Times that are told as "3 min ago" go on. */
  show() {
    for (const card of this.#cards.values()) card.show();
  }

  #take({ channels, reason }) {
    this.channels = channels;
    say(this.#nothing, reason ? `Nobody is told: ${reason}.` : "");
    const names = new Set(channels.map(({ name }) => name));
    for (const [name, card] of this.#cards) {
      if (names.has(name)) continue;
      card.node.remove();
      this.#cards.delete(name);
    }
    for (const status of channels) {
      let card = this.#cards.get(status.name);
      if (card === undefined) {
        card = new ChannelCard(this.#connection, status.name);
        this.#cards.set(status.name, card);
        this.#place.append(card.node);
      }
      card.status = status;
      card.show();
    }
  }
}

class ChannelCard {
  #connection;
  #name;
  #state = element("p", { class: "state" });
  #why = element("p", { class: "hint why" });
  #course = element("p", { class: "hint" });
  #told = element("p", { class: "hint channel-test", role: "status" });
  #sort = element("span", { class: "hint" });
  #button;
  #asked = "";
  #note = "";
  #pending = false;
  status = null;

  constructor(connection, name) {
    this.#connection = connection;
    this.#name = name;
    this.#button = element("button", { type: "button", onclick: () => this.#test(), "aria-label": `Send a test to ${name}` }, "Send a test");
    this.node = element(
      "section",
      { class: "channel part", "aria-label": name, "data-channel": name },
      element("div", { class: "part-head" }, element("h3", {}, name, " "), this.#sort),
      this.#state,
      this.#why,
      this.#course,
      element("div", { class: "channel-foot" }, this.#button, this.#told),
    );
  }

  show() {
    const { state, sort, reason, remedy, failing_since: failing, error, error_time: when, test } = this.status;
    mark(this.node, "tone", TONES[state] ?? "quiet");
    say(this.#sort, SORTS[sort] ?? sort);
    say(this.#state, this.#words());
    say(this.#why, `${reason} ${remedy}`.trim() || (error && !failing ? `Last trouble ${whenTime(when)}: ${error}` : ""));
    say(this.#course, this.#figures());
    if ((test?.asked ?? "") !== this.#asked) {
      this.#asked = test?.asked ?? "";
      this.#note = "";
      this.#pending = false;
    }
    this.#button.disabled = state === "off" || this.#pending || test?.outcome === "sending";
    say(this.#told, this.#note || (test === null ? "" : outcome(test)));
  }

  #words() {
    const { state, failing_since: failing, resting_until: resting } = this.status;
    if (state === "off") return "Switched off";
    if (resting !== null && new Date(resting) > Date.now()) return `Failing since ${whenTime(failing)}; next attempt ${clockTime(resting)}`;
    if (failing !== null) return `Failing since ${whenTime(failing)}`;
    if (state === "starting") return "Not used yet";
    return state === "ok" ? "Works" : "Works in part";
  }

  #figures() {
    const { delivered, state } = this.status;
    if (state === "off") return "";
    const counts = Object.entries(COUNTS).filter(([name]) => this.status[name] > 0);
    const last = delivered === null ? "Nothing told since the start" : `Last delivery ${ago(delivered)}`;
    return [last, ...counts.map(([name, words]) => `${this.status[name]} ${words}`)].join(" · ");
  }

  async #test() {
    this.#note = "Sending a test…";
    this.#pending = true;
    this.show();
    try {
      await this.#connection.request("send_test", { channel: this.#name });
    } catch (error) {
      this.#note = error.message;
      this.#pending = false;
      this.show();
    }
  }
}

function outcome({ outcome, asked, reason }) {
  if (outcome === "sending") return "Sending a test…";
  if (outcome === "delivered") return `The test of ${clockTime(asked)} was taken.`;
  return `The test of ${clockTime(asked)} failed: ${reason}`;
}
