// What an alert rests upon: evidence by modality, what was heard, what was said, and how fast.

import { element } from "./element.js";
import { clockTime, span } from "./moment.js";
import { confirmed, MODALITIES, percent, rank, reason, STAGES, title } from "./words.js";

/** What the alert rested upon when it was strongest: at its end there is only silence. */
export function evidence(last, steps) {
  const event = steps.reduce((best, one) => (one.score > best.score ? one : best), last);
  return [
    block(`Why it scored ${event.score.toFixed(2)} (each with its weight)`, bars(Object.entries(MODALITIES).flatMap(([name, told]) => modality(event.evidence[name], told)))),
    event.sounds.length > 0 && block("Heard", bars(event.sounds.map(({ label, score }) => [label, score, percent(score)]))),
    event.emotions.length > 0 &&
      block("Emotions", bars(event.emotions.map(({ emotion, probability }) => [title(emotion), probability, percent(probability)]))),
    said(last),
    latency(last, steps),
    block("What happened", element("ol", { class: "steps" }, ...steps.map((event, number) => step(event, steps[number - 1])))),
  ].filter(Boolean);
}

function block(name, ...content) {
  return element("div", {}, element("h3", {}, name), ...content);
}

function modality(one, told) {
  if (one === undefined) return [];
  const age = one.age_s >= 1 ? `, ${span(one.age_s)} old` : "";
  return [[told, one.probability, `${percent(one.probability)} × ${one.weight.toFixed(2)}${age}`]];
}

function bars(rows) {
  const list = element("dl", { class: "bars" });
  for (const [name, share, figure] of rows) {
    list.append(
      element("dt", {}, name),
      element(
        "dd",
        {},
        element("span", { class: "bar", "aria-hidden": "true" }, element("i", { style: { "--share": String(Math.min(1, share)) } })),
        element("span", { class: "figure" }, figure),
      ),
    );
  }
  return list;
}

function said(event) {
  const spoken = event.evidence.text !== undefined || event.category !== null;
  if (event.transcript === null && !spoken) return null;
  return block(
    "Said",
    event.transcript === null ? null : element("blockquote", {}, event.transcript),
    event.explanation === null ? null : element("p", {}, event.explanation),
    event.category === null || event.category === "none" ? null : element("p", { class: "hint" }, `Kind: ${title(event.category)}`),
    event.transcript === null ? element("p", { class: "hint" }, "Words are not kept: transcripts are switched off.") : null,
  );
}

function latency(event, steps) {
  // The event that raised it says how fast it was; one that is replayed lacks the last two stages.
  const timed = [steps[0], event].find((one) => one !== undefined && STAGES.some((stage) => one.latency_ms[stage] > 0));
  if (timed === undefined) return null;
  const stages = STAGES.map((stage) => [stage, timed.latency_ms[stage]]);
  const total = stages.reduce((sum, [, ms]) => sum + ms, 0);
  return block(
    `From sound to alert: ${total.toFixed(1)} ms`,
    bars(stages.map(([stage, ms]) => [title(stage), ms / Math.max(total, 0.001), `${ms.toFixed(ms < 10 ? 2 : 1)} ms`])),
  );
}

function step(event, before) {
  const cleared = event.phase === "cleared";
  const why = cleared && event.reason !== null ? `: ${reason(event.reason)}` : "";
  return element(
    "li",
    {},
    element("time", { datetime: event.time }, clockTime(event.time)),
    element("span", {}, `${what(event, before)}${why}${cleared ? "" : ` · ${event.level} · ${event.score.toFixed(2)}`}`),
  );
}

/** What an event changed: words may have confirmed the alert, and its level may have risen or fallen. */
function what(event, before) {
  if (event.phase !== "updated" || before === undefined) return title(event.phase);
  const changes = [
    confirmed(event) && !confirmed(before) ? "confirmed by text" : "",
    rank(event) > rank(before) ? "raised further" : "",
    rank(event) < rank(before) ? "lowered" : "",
  ].filter(Boolean);
  return title(changes.join(", ") || "updated");
}
