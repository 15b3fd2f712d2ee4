// The controls of a form of settings: each has a setting's name, and says what it is set to.

import { element } from "./element.js";
import { title } from "./words.js";

export class Controls {
  #controls = new Map();

  /** Set every control to its value among `values`. */
  fill(values) {
    for (const [name, control] of this.#controls) if (name in values) control.set(values[name]);
  }

  /** What differs from `values`. */
  edits(values) {
    const entries = [...this.#controls].map(([name, control]) => [name, control.get()]);
    return Object.fromEntries(entries.filter(([name, value]) => value !== null && name in values && value !== values[name]));
  }

  /** The controls of settings that are `gone(name)` are there no more. */
  forget(gone) {
    for (const name of [...this.#controls.keys()]) if (gone(name)) this.#controls.delete(name);
  }

  slider(name, words, hint) {
    const number = element("input", { type: "number", min: 0.01, max: 0.99, step: 0.01, "aria-label": `${words}: score` });
    const range = element("input", { type: "range", min: 0.01, max: 0.99, step: 0.01, "aria-label": words });
    range.addEventListener("input", () => {
      number.value = Number(range.value).toFixed(2);
    });
    number.addEventListener("input", () => {
      range.value = number.value;
    });
    this.#controls.set(name, {
      get: () => (number.value === "" ? null : Number(number.value)),
      set: (value) => {
        range.value = String(value);
        number.value = value.toFixed(2);
      },
    });
    return element("div", { class: "setting slider" }, element("span", {}, words, element("span", { class: "hint" }, hint)), range, number);
  }

  input(name, words, attributes, unit = "") {
    const input = element("input", attributes);
    const kinds = {
      checkbox: [() => input.checked, (value) => (input.checked = value)],
      // The browser leaves the seconds out where they are zero.
      time: [() => (input.value === "" ? null : `${input.value}:00`.slice(0, 8)), (value) => (input.value = value.slice(0, 5))],
      number: [() => (input.value === "" ? null : Number(input.value)), (value) => (input.value = String(value))],
    };
    const [get, set] = kinds[attributes.type];
    this.#controls.set(name, { get, set });
    return element("label", { class: "setting" }, element("span", {}, words), element("span", { class: "with-unit" }, input, unit));
  }

  choice(name, words, values) {
    const select = element("select", {}, ...values.map((value) => element("option", { value }, title(value))));
    this.#controls.set(name, { get: () => select.value, set: (value) => (select.value = value) });
    return element("label", { class: "setting" }, element("span", {}, words), select);
  }
}
