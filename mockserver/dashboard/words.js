// How numbers, moments and statuses are written.

const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

/** A span of seconds in its two largest units: 3 d 4 h, 12 min 5 s. */
export function span(seconds) {
  let left = Math.max(0, Math.round(seconds));
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count || (unit === "s" && !parts.length)) parts.push(`${count} ${unit}`);
    else if (parts.length) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

/** The largest unit alone: for columns. */
export function briefly(seconds) {
  return span(seconds).split(" ").slice(0, 2).join(" ");
}

export const moment = (text) => Date.parse(text) / 1000;

const twoDigits = (number) => String(number).padStart(2, "0");

/** Time of day of Unix seconds, in UTC. */
export function timeOf(seconds) {
  const date = new Date(seconds * 1000);
  return [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(twoDigits).join(":");
}

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const SHORT_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

export const dayOf = (seconds) => DAY.format(seconds * 1000);
export const stampOf = (seconds) => `${SHORT_DAY.format(seconds * 1000)} ${timeOf(seconds).slice(0, 5)}`;

export function bytes(count) {
  if (count === null || count === undefined) return "";
  if (count < 1024) return `${count} B`;
  return count < 1048576 ? `${(count / 1024).toFixed(1)} KiB` : `${(count / 1048576).toFixed(1)} MiB`;
}

export const number = (count) => count.toLocaleString("en-US");

/** A name as it is shown: one of blanks alone could be neither seen nor clicked. */
export const shownName = (name) => (name.trim() ? name : "(blank)");

export const counted = (count, thing) => `${number(count)} ${thing}${count === 1 ? "" : "s"}`;

/** The kind of colour that a status has, and its word for people. */
const KINDS = {
  accepted: ["good", "accepted"],
  success: ["good", "success"],
  Success: ["good", "success"],
  "already-installed": ["good-dim", "already installed"],
  failure: ["bad", "failed"],
  Failed: ["bad", "failed"],
  noartifact: ["none", "no artifact"],
  aborted: ["none", "aborted"],
  Aborted: ["none", "aborted"],
  decommissioned: ["none", "decommissioned"],
  rebooting: ["busy-3", "rebooting"],
  installing: ["busy-2", "installing"],
  downloading: ["busy", "downloading"],
  "In Progress": ["busy", "in progress"],
  preauthorized: ["busy", "preauthorized"],
  pause_before_committing: ["held", "paused before committing"],
  pause_before_rebooting: ["held", "paused before rebooting"],
  pause_before_installing: ["held", "paused before installing"],
  pending: ["idle", "pending"],
  Pending: ["idle", "pending"],
  rejected: ["bad", "rejected"],
  noauth: ["none", "no auth"],
};

export const kindOf = (status) => (KINDS[status] ?? ["none"])[0];
export const wordOf = (status) => (KINDS[status] ?? ["", status])[1];

/** The order in which a bar shows the statuses: what is done first. */
export const ORDER = Object.keys(KINDS);
