// The one sentence that answers "is it still listening?".

import { element, mark, say } from "./element.js";
import { ago, shortTime } from "./moment.js";
import { title } from "./words.js";

const LEVELS = ["critical", "warning", "advisory"];

export class Condition {
  #node = document.getElementById("condition");
  #text = document.getElementById("condition-text");
  #notices = document.getElementById("notices");
  #notice = null;
  source = null;
  obstacles = [];
  unreachable = [];
  open = [];
  link = "connecting";
  lostAt = null;
  reason = "";

  show() {
    mark(document.body, "link", this.link);
    const [tone, words] = this.#words();
    mark(this.#node, "tone", tone);
    say(this.#text, words);
    this.#tell();
  }

  #words() {
    if (this.link === "signed-out") return ["warning", "Not signed in"];
    if (this.link === "connecting") return ["quiet", "Connecting…"];
    if (this.link === "lost") return ["warning", `Not connected; last word ${ago(this.lostAt)}`];
    const worst = LEVELS.find((level) => this.open.some((event) => event.level === level));
    if (worst !== undefined) return [worst, `${title(this.open.find((event) => event.level === worst).kind)}: ${worst} alert`];
    if (this.source?.paused_until) return ["warning", `Paused until ${shortTime(this.source.paused_until)}`];
    if (this.link === "silent") return ["warning", `The daemon does not answer; last word ${ago(this.lostAt)}`];
    if (this.source?.state === "ended") return ["quiet", "The recording has ended"];
    if (this.source?.state !== "ok" || this.obstacles.length > 0) return ["warning", "Not listening"];
    return ["calm", this.source.name === "demo" ? "Demonstration" : "Listening"];
  }

  /** What needs more than a few words stands above everything else. */
  #tell() {
    const notice = this.#needed();
    const key = JSON.stringify(notice);
    if (key === this.#notice) return;
    this.#notice = key;
    this.#notices.replaceChildren(
      ...notice.map(([tone, strong, words]) =>
        element("div", { class: "notice", "data-tone": tone }, element("p", {}, element("strong", {}, strong), ` ${words}`)),
      ),
    );
  }

  #needed() {
    if (this.link === "signed-out") {
      return [["warning", "This browser is not signed in.", "Run “distressd dashboard” in a terminal on the daemon's machine; it opens this page, signed in."]];
    }
    if (this.link === "lost") return [["critical", "Not connected to the daemon.", `What you see is old. ${this.reason} Trying again by itself.`]];
    if (this.link === "silent") return [["critical", "The daemon does not answer.", "What you see is old."]];
    if (this.link !== "live") return [];
    const found = this.obstacles.map((sentence) => ["critical", "It may not hear.", sentence]);
    if (this.source && !["ok", "ended", "starting"].includes(this.source.state)) {
      found.push(["critical", "The microphone is not well.", `${this.source.reason} ${this.source.remedy}`.trim()]);
    }
    for (const { name, reason } of this.unreachable) found.push(["warning", `Alerts do not reach ${name}.`, reason]);
    if (this.source?.paused_until) found.push(["warning", "Paused.", `No alert is raised until ${shortTime(this.source.paused_until)}.`]);
    if (this.source?.name === "demo") found.push(["quiet", "This is a demonstration.", "Nothing that you see is real; it reaches no notification and no history."]);
    return found;
  }
}
