// Settings that change while the daemon runs. They are kept in its configuration file.

import { element, say } from "./element.js";
import { LEVELS, title } from "./words.js";

const LEVEL_HINTS = {
  advisory: "worth knowing",
  warning: "somebody should look",
  critical: "somebody should run",
};

export class SettingsView {
  #connection;
  #form;
  #changed;
  #told = null;
  #controls = {};
  #fields = element("fieldset", { class: "settings-fields" });
  #where = element("p", { class: "hint" });
  #state = element("p", { class: "settings-state", role: "status" });
  #save = element("button", { type: "submit", class: "primary", disabled: true }, "Save");
  #revert = element("button", { type: "button", class: "quiet", disabled: true, onclick: () => this.#revertAll() }, "Undo");

  /** `changed(values)` is called with what is in force, whoever changed it. */
  constructor(form, connection, changed) {
    this.#form = form;
    this.#connection = connection;
    this.#changed = changed;
    this.#fields.append(
      group(
        "When alerts begin",
        "The distress score from which each level is raised. Raise them if there are too many alerts; lower them if some are missed.",
        ...LEVELS.map((level) => this.#slider(`fusion.threshold.${level}`, title(level), LEVEL_HINTS[level])),
        this.#input("fusion.cooldown_s", "After an alert, none of its kind for", { type: "number", min: 0, max: 86_400, step: 1 }, "s"),
      ),
      group(
        "Quiet hours",
        "No notification of advisories, silent ones of warnings; critical always sounds. Every alert is raised, kept and shown here all the same.",
        this.#input("quiet_hours.enabled", "Keep quiet hours", { type: "checkbox" }),
        this.#input("quiet_hours.start", "From", { type: "time", step: 60 }),
        this.#input("quiet_hours.end", "To", { type: "time", step: 60 }),
      ),
      group(
        "Notifications on this machine",
        "",
        this.#input("notify.desktop", "Show desktop notifications", { type: "checkbox" }),
        this.#choice("notify.level", "From level", LEVELS),
      ),
    );
    form.append(
      this.#fields,
      element("div", { class: "settings-foot panel" }, element("div", {}, this.#state, this.#where), element("div", { class: "settings-buttons" }, this.#revert, this.#save)),
    );
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
    if (untouched) this.#fill();
    this.#fields.disabled = settings.fixed !== "";
    say(this.#where, settings.fixed ? `${settings.fixed} So they cannot be changed from here.` : `Kept in ${settings.file}.${settings.waiting ? ` ${settings.waiting}` : ""}`);
    this.#changed(settings.values);
    this.#look();
  }

  #fill() {
    for (const [name, control] of Object.entries(this.#controls)) control.set(this.#told.values[name]);
  }

  #revertAll() {
    this.#fill();
    this.#look();
  }

  #edits() {
    const entries = Object.entries(this.#controls).map(([name, control]) => [name, control.get()]);
    return Object.fromEntries(entries.filter(([name, value]) => value !== null && value !== this.#told.values[name]));
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

  #slider(name, words, hint) {
    const number = element("input", { type: "number", min: 0.01, max: 0.99, step: 0.01, "aria-label": `${words}: score` });
    const range = element("input", { type: "range", min: 0.01, max: 0.99, step: 0.01, "aria-label": words });
    range.addEventListener("input", () => {
      number.value = Number(range.value).toFixed(2);
    });
    number.addEventListener("input", () => {
      range.value = number.value;
    });
    this.#controls[name] = {
      get: () => (number.value === "" ? null : Number(number.value)),
      set: (value) => {
        range.value = String(value);
        number.value = value.toFixed(2);
      },
    };
    return element("div", { class: "setting slider" }, element("span", {}, words, element("span", { class: "hint" }, hint)), range, number);
  }

  #input(name, words, attributes, unit = "") {
    const input = element("input", attributes);
    const kinds = {
      checkbox: [() => input.checked, (value) => (input.checked = value)],
      // The browser leaves the seconds out where they are zero.
      time: [() => (input.value === "" ? null : `${input.value}:00`.slice(0, 8)), (value) => (input.value = value.slice(0, 5))],
      number: [() => (input.value === "" ? null : Number(input.value)), (value) => (input.value = String(value))],
    };
    const [get, set] = kinds[attributes.type];
    this.#controls[name] = { get, set };
    return element("label", { class: "setting" }, element("span", {}, words), element("span", { class: "with-unit" }, input, unit));
  }

  #choice(name, words, values) {
    const select = element("select", {}, ...values.map((value) => element("option", { value }, title(value))));
    this.#controls[name] = { get: () => select.value, set: (value) => (select.value = value) };
    return element("label", { class: "setting" }, element("span", {}, words), select);
  }
}

function group(name, hint, ...settings) {
  return element("section", { class: "panel settings-group" }, element("h2", {}, name), hint ? element("p", { class: "hint" }, hint) : null, ...settings);
}
