// Settings that change while the daemon runs. They are kept in its configuration file.

import { Controls } from "./controls.js";
import { element, say } from "./element.js";
import { LEVELS, title } from "./words.js";

const LEVEL_HINTS = {
  advisory: "worth knowing",
  warning: "somebody should look",
  critical: "somebody should run",
};
const SECONDS = { type: "number", min: 0, max: 86_400, step: 1 };
const CHANNEL = /^notify\.(\w+)\.([^.]+)\.enabled$/;
const ofChannel = (name) => /^notify\.\w+\.[^.]+\./.test(name);

export class SettingsView {
  #connection;
  #changed;
  #told = null;
  #controls = new Controls();
  #fields;
  #channels = element("div", { class: "settings-channels" });
  #shown = "";
  #where = element("p", { class: "hint" });
  #state = element("p", { class: "settings-state", role: "status" });
  #save = element("button", { type: "submit", class: "primary", disabled: true }, "Save");
  #revert = element("button", { type: "button", class: "quiet", disabled: true, onclick: () => this.#revertAll() }, "Undo");

  /** `changed(values)` is called with what is in force, whoever changed it. */
  constructor(place, connection, changed) {
    this.#connection = connection;
    this.#changed = changed;
    const controls = this.#controls;
    const alerts = place("settings-alerts");
    const people = place("settings-people");
    this.#fields = [alerts, people];
    alerts.append(
      group(
        "When alerts begin",
        "The distress score from which each level is raised. Raise them if there are too many alerts; lower them if some are missed.",
        ...LEVELS.map((level) => controls.slider(`fusion.threshold.${level}`, title(level), LEVEL_HINTS[level])),
        controls.input("fusion.cooldown_s", "After an alert, none of its kind for", SECONDS, "s"),
      ),
      group(
        "Quiet hours",
        "No notification of advisories, silent ones of warnings; critical always sounds. Every alert is raised, kept and shown here all the same.",
        controls.input("quiet_hours.enabled", "Keep quiet hours", { type: "checkbox" }),
        controls.input("quiet_hours.start", "From", { type: "time", step: 60 }),
        controls.input("quiet_hours.end", "To", { type: "time", step: 60 }),
      ),
    );
    people.append(
      group(
        "Notifications on this machine",
        "",
        controls.input("notify.desktop", "Show desktop notifications", { type: "checkbox" }),
        ...this.#rules("notify"),
      ),
      this.#channels,
    );
    place("settings-foot").append(element("div", {}, this.#state, this.#where), element("div", { class: "settings-buttons" }, this.#revert, this.#save));
    const form = place("settings-form");
    form.addEventListener("input", () => this.#look());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    connection.addEventListener("snapshot", () => this.#ask());
    connection.addEventListener("settings", ({ detail }) => this.#take(detail));
  }

  async #ask() {
    try {
      this.#take(await this.#connection.request("show_settings"));
    } catch (error) {
      say(this.#state, error.message);
    }
  }

  #take(settings) {
    const untouched = this.#told === null || Object.keys(this.#edits()).length === 0;
    this.#told = settings;
    this.#build();
    if (untouched) this.#controls.fill(settings.values);
    for (const fields of this.#fields) fields.disabled = settings.fixed !== "";
    say(this.#where, settings.fixed ? `${settings.fixed} So they cannot be changed from here.` : `Kept in ${settings.file}.${settings.waiting ? ` ${settings.waiting}` : ""}`);
    this.#changed(settings.values);
    this.#look();
  }

  /** A group for each channel that the configuration has now. */
  #build() {
    const found = Object.keys(this.#told.values).filter((name) => CHANNEL.test(name));
    if (found.join() === this.#shown) return;
    this.#controls.forget(ofChannel);
    this.#shown = found.join();
    const groups = found.map((name) => {
      const [, sort, channel] = CHANNEL.exec(name);
      return group(
        `Notifications to ${channel}`,
        `A channel of the kind ${sort}. Its address stays in the configuration file.`,
        this.#controls.input(name, "Tell this channel", { type: "checkbox" }),
        ...this.#rules(`notify.${sort}.${channel}`),
      );
    });
    this.#channels.replaceChildren(...groups);
    this.#controls.fill(Object.fromEntries(Object.entries(this.#told.values).filter(([name]) => ofChannel(name))));
  }

  /** When a channel tells. */
  #rules(section) {
    return [
      this.#controls.choice(`${section}.level`, "From level", LEVELS),
      this.#controls.input(`${section}.cooldown_s`, "After one, none of its kind for (critical always)", SECONDS, "s"),
      this.#controls.input(`${section}.escalate_after_s`, "Only what nobody has acknowledged for (0: at once)", SECONDS, "s"),
    ];
  }

  #revertAll() {
    this.#controls.fill(this.#told.values);
    this.#look();
  }

  #edits() {
    return this.#controls.edits(this.#told.values);
  }

  #look() {
    if (this.#told === null) return;
    const edits = Object.keys(this.#edits()).length;
    this.#save.disabled = edits === 0 || this.#told.fixed !== "";
    this.#revert.disabled = edits === 0;
    if (edits > 0) say(this.#state, edits === 1 ? "One change, not saved yet." : `${edits} changes, not saved yet.`);
    else if (!this.#state.textContent.startsWith("Saved")) say(this.#state, "");
  }

  async #send() {
    const edits = this.#edits();
    this.#save.disabled = true;
    try {
      await this.#connection.request("change_settings", { values: edits });
      Object.assign(this.#told.values, edits);
      this.#changed(this.#told.values);
      say(this.#state, "Saved, and in force.");
    } catch (error) {
      say(this.#state, `Not saved: ${error.message}`);
      this.#save.disabled = false;
      return;
    }
    this.#look();
  }
}

function group(name, hint, ...settings) {
  return element("section", { class: "panel settings-group" }, element("h2", {}, name), hint ? element("p", { class: "hint" }, hint) : null, ...settings);
}
