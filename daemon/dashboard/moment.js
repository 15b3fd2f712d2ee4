// Times as people read them, in this browser's language and zone.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const short = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const clockTime = (moment) => clock.format(new Date(moment));
export const shortTime = (moment) => short.format(new Date(moment));
export const dayName = (moment) => day.format(new Date(moment));

/** The clock alone for the last 12 hours, with its day before that. */
export function whenTime(moment) {
  const at = new Date(moment);
  return Date.now() - at < 12 * HOUR ? clockTime(at) : `${dayName(at)} ${shortTime(at)}`;
}

/** "just now", "8 s ago", "3 min ago" */
export function ago(moment) {
  const seconds = Math.max(0, (Date.now() - new Date(moment)) / 1000);
  if (seconds < 2) return "just now";
  return `${span(seconds)} ago`;
}

/** A span of seconds in its largest unit. */
export function span(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** The beginning of the local day of `moment`, `days` days later. */
export function midnight(moment, days = 0) {
  const at = new Date(moment);
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + days);
}
