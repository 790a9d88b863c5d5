// Times as the reader sees them: in the reader's zone, on a 24-hour clock, with Slack's date tokens.
import { el, link } from "./dom.js";
import { world } from "./world.js";

const asDate = (seconds) => new Date(Number(seconds) * 1000);
const zoned = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: world.me.tz, ...options });
const parts = (date) =>
  Object.fromEntries(
    zoned({ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", weekday: "long" })
      .formatToParts(date)
      .map(({ type, value }) => [type, value]),
  );

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

export const clock = (ts) => zoned({ hour: "2-digit", minute: "2-digit" }).format(asDate(ts));
export const isoDay = (ts) => {
  const { year, month, day } = parts(asDate(ts));
  return `${year}-${month}-${day}`;
};
export const full = (ts) => `${token("date_long", ts)} at ${token("time_secs", ts)}`;
export const now = () => Date.now() / 1000;

/** Today, Yesterday, or the day with its date. */
export const dayName = (ts) => token("date_long_pretty", ts).replace(/^./, (letter) => letter.toUpperCase());

/** "5 minutes ago", "in 2 hours". */
export function ago(ts, since = now()) {
  const seconds = Math.round(Number(ts) - since);
  const [size, unit] = [[86_400, "day"], [3600, "hour"], [60, "minute"]].find(([length]) => Math.abs(seconds) >= length) ?? [1, "second"];
  if (unit === "second" && Math.abs(seconds) < 45) return seconds > 0 ? "in a moment" : "just now";
  return new Intl.RelativeTimeFormat("en").format(Math.trunc(seconds / size), unit);
}

const ordinal = (day) => `${day}${[11, 12, 13].includes(day % 100) ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th")}`;

function pretty(name, ts) {
  const days = Math.round((Date.parse(isoDay(ts)) - Date.parse(isoDay(now()))) / 86_400_000);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? token(name.replace("_pretty", ""), ts);
}

/** One token of https://docs.slack.dev/messaging/formatting-message-text#date-formatting; null when there is no such token. */
function token(name, ts) {
  const { year, month, day, hour, minute, second, weekday } = parts(asDate(ts));
  const monthName = MONTHS[Number(month) - 1];
  switch (name) {
    case "date_num": return `${year}-${month}-${day}`;
    case "date_slash": return `${day}/${month}/${year}`;
    case "date": return `${monthName} ${ordinal(Number(day))}, ${year}`;
    case "date_short": return `${monthName.slice(0, 3)} ${Number(day)}, ${year}`;
    case "date_long": return `${weekday}, ${monthName} ${ordinal(Number(day))}, ${year}`;
    case "date_pretty":
    case "date_short_pretty":
    case "date_long_pretty": return pretty(name, ts);
    case "time": return `${hour}:${minute}`;
    case "time_secs": return `${hour}:${minute}:${second}`;
    case "ago": return ago(ts);
    default: return null;
  }
}

/** `ts` said as `format` asks; null when the format holds a token that Slack doesn't know, and the fallback has to do. */
function said(ts, format) {
  let known = true;
  const text = format.replace(/\{(\w+)\}/g, (_, name) => token(name, ts) ?? ((known = false), ""));
  return known ? text : null;
}

/** The node of a date token; one that says "ago" keeps itself current. */
export function dateNode(ts, format, url, fallback) {
  const text = Number.isFinite(Number(ts)) && Math.abs(ts) < 1e11 ? said(ts, format) : null;
  if (text === null) return el("span", {}, fallback ?? "");
  const node = el("time", { datetime: asDate(ts).toISOString(), title: full(ts), data: format.includes("{ago}") ? { ts, format } : {} }, text);
  return url ? link(url, node) : node;
}

setInterval(() => {
  for (const node of document.querySelectorAll("time[data-format]")) node.textContent = said(node.dataset.ts, node.dataset.format);
}, 10_000);

/** A moment as `<input type=datetime-local>` wants it, in the reader's zone, and back. */
export function toInput(seconds) {
  const { year, month, day, hour, minute } = parts(asDate(seconds));
  return `${year}-${month}-${day}T${hour}:${minute}`;
}
export function fromInput(text) {
  const wanted = Date.parse(`${text}Z`) / 1000;
  const shift = (guess) => guess + (wanted - Date.parse(`${toInput(guess)}Z`) / 1000);
  return shift(shift(wanted)); // twice: the first guess may stand on the other side of a clock change
}
