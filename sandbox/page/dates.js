// Slack's date markup in the reader's own zone. Seconds since 1970 in, words out; `refreshTimes` keeps what is
// drawn true as time goes by ("3 minutes ago", "today").

import { h } from "./dom.js";
import { zone } from "./session.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function intl(options, at, tz) {
  try {
    return new Intl.DateTimeFormat("en-US", { ...options, timeZone: tz }).format(at);
  } catch {
    return new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" }).format(at);
  }
}

function ymd(at, tz) {
  const [month, day, year] = intl({ year: "numeric", month: "2-digit", day: "2-digit" }, at, tz).split("/");
  return { year, month, day };
}

function dayNumber(at, tz) {
  const { year, month, day } = ymd(at, tz);
  return Date.UTC(Number(year), Number(month) - 1, Number(day)) / (DAY * 1000);
}

function ordinal(day) {
  const teen = day % 100 >= 11 && day % 100 <= 13;
  return `${day}${(!teen && { 1: "st", 2: "nd", 3: "rd" }[day % 10]) || "th"}`;
}

function long(at, tz) {
  const { year, day } = ymd(at, tz);
  return `${intl({ month: "long" }, at, tz)} ${ordinal(Number(day))}, ${year}`;
}

const WRITE = {
  date_num: (at, tz) => Object.values(ymd(at, tz)).join("-"),
  date: long,
  date_short: (at, tz) => intl({ month: "short", day: "numeric", year: "numeric" }, at, tz),
  date_long: (at, tz) => `${intl({ weekday: "long" }, at, tz)}, ${long(at, tz)}`,
  time: (at, tz) => intl({ hour: "numeric", minute: "2-digit" }, at, tz),
  time_secs: (at, tz) => intl({ hour: "numeric", minute: "2-digit", second: "2-digit" }, at, tz),
};

function near(at, tz, now) {
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[dayNumber(at, tz) - dayNumber(now, tz)];
}

/** How far a moment is from now, in one unit: "just now", "3 minutes ago", "in 2 hours". */
export function ago(seconds, now = Date.now() / 1000) {
  const away = Math.abs(now - seconds);
  if (away < MINUTE) return seconds > now ? "in less than a minute" : "just now";
  const [size, unit] = away < HOUR ? [MINUTE, "minute"] : away < 2 * DAY ? [HOUR, "hour"] : [DAY, "day"];
  const count = seconds > now ? Math.max(1, Math.round(away / size)) : Math.floor(away / size);
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds > now ? `in ${words}` : `${words} ago`;
}

/** Write a moment by Slack's tokens ({date_short_pretty}, {time}, {ago} …); unknown tokens stay as they are. */
export function writeDate(seconds, format, tz, now = Date.now()) {
  const at = seconds * 1000;
  const words = format.replace(/\{(\w+)\}/g, (token, name) => {
    if (name === "ago") return ago(seconds, now / 1000);
    const base = name.replace(/_pretty$/, "");
    if (base !== name && near(at, tz, now)) return near(at, tz, now);
    return WRITE[base] ? WRITE[base](at, tz) : token;
  });
  return format.startsWith("{date") ? words.charAt(0).toUpperCase() + words.slice(1) : words;
}

/** A moment that stays true on the page; hovering it tells the whole date. */
export function timeNode(seconds, format, className) {
  const node = h("time", { class: className, datetime: new Date(seconds * 1000).toISOString() });
  node.dataset.seconds = seconds;
  node.dataset.format = format;
  node.title = writeDate(seconds, "{date_long} at {time_secs}", zone());
  node.textContent = writeDate(seconds, format, zone());
  return node;
}

/** Write every moment on the page again, as seen now. */
export function refreshTimes(root = document) {
  for (const node of root.querySelectorAll("time[data-format]")) {
    const words = writeDate(Number(node.dataset.seconds), node.dataset.format, zone());
    if (node.textContent !== words) node.textContent = words;
  }
}

/** The day a message belongs to, for the line between days: "Today", "Tuesday, February 18th, 2025". */
export function dayOf(seconds) {
  return writeDate(seconds, "{date_long_pretty}", zone());
}
