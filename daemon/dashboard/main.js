// Puts the page together: two connections, what listens to them, and the views.

import { Channels } from "./channels.js";
import { Condition } from "./condition.js";
import { Connection } from "./connection.js";
import { History } from "./history.js";
import { BATCH, Live } from "./live.js";
import { Parts } from "./parts.js";
import { Pause } from "./pause.js";
import { SettingsView } from "./settings.js";
import { Timeline } from "./timeline.js";
import { watchViews } from "./views.js";
import { LEVELS } from "./words.js";

// Vitals come every second; a daemon that has been silent for so long is stuck.
const SILENT_MS = 5_000;

const place = (id) => document.getElementById(id);
const alerts = new Connection("/v1/alerts");
const telemetry = new Connection("/v1/telemetry", { batch: BATCH });
const condition = new Condition();
const parts = new Parts(place("parts"));
const pause = new Pause(place("pausing"), alerts);
const timeline = new Timeline(place("timeline"), alerts);
const live = new Live(place, parts, telemetry);
const history = new History(place, alerts);
const channels = new Channels(place("channels"), alerts, () => {
  condition.unreachable = channels.unreachable;
  condition.show();
});
new SettingsView(place, alerts, (values) => {
  live.thresholds = Object.fromEntries(LEVELS.map((level) => [level, values[`fusion.threshold.${level}`]]));
});
let lastWord = null;

function source(status) {
  condition.source = status;
  parts.source(status);
  pause.source(status);
  condition.show();
}

alerts.addEventListener("snapshot", ({ detail }) => {
  condition.link = "live";
  lastWord = Date.now();
  source(detail.source);
  parts.language(detail.language);
  parts.soundEvents(detail.sound_events);
  parts.store(detail.store);
  parts.clips(detail.clips);
  telemetry.hurry();
});
alerts.addEventListener("source", ({ detail }) => source(detail.source));
alerts.addEventListener("language", ({ detail }) => parts.language(detail.status));
alerts.addEventListener("sound_events", ({ detail }) => parts.soundEvents(detail.status));
alerts.addEventListener("clips", ({ detail }) => parts.clips(detail.status));
alerts.addEventListener("store", ({ detail }) => parts.store(detail.status));
alerts.addEventListener("lost", ({ detail }) => {
  if (detail.was) condition.lostAt = Date.now();
  condition.link = detail.refused ? "signed-out" : condition.lostAt === null ? "connecting" : "lost";
  condition.reason = detail.reason ? `It said: ${detail.reason}.` : "";
  condition.open = [];
  parts.stale(condition.lostAt);
  live.stale();
  condition.show();
});

telemetry.addEventListener("snapshot", () => {
  lastWord = Date.now();
});
telemetry.addEventListener("vitals", ({ detail }) => {
  lastWord = Date.now();
  condition.obstacles = detail.obstacles;
  if (condition.link === "silent") {
    condition.link = "live";
    parts.source(condition.source);
  }
  parts.vitals(detail);
  condition.show();
});

place("timeline").addEventListener("alerts", () => {
  condition.open = timeline.openCards.map((card) => card.record.event);
  condition.show();
});

// A page that nobody looks at needs no telemetry; alerts go on.
function looked() {
  if (document.hidden) {
    telemetry.close();
    return;
  }
  live.resume();
  lastWord = Date.now();
  telemetry.open();
  alerts.hurry();
}
document.addEventListener("visibilitychange", looked);

setInterval(() => {
  if (!document.hidden && condition.link === "live" && Date.now() - lastWord > SILENT_MS) {
    condition.link = "silent";
    condition.lostAt = lastWord;
    parts.stale(lastWord);
    live.stale();
  }
  condition.show();
  if (document.hidden) return;
  live.say();
  parts.show();
  channels.show();
}, 1_000);

watchViews((view) => history.shown(view === "history"));
alerts.open();
looked();
