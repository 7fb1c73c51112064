// The journal: what was asked of the universe, newest first, filtered, as it happens.
import { ask, of, send } from "./control.js";
import { deviceName } from "./devices.js";
import { faultName } from "./faults.js";
import { $, confirmed, el, reconcile, save, setAttr, setText, telling, toast } from "./dom.js";
import { showRequest } from "./request.js";
import { moment, number, timeOf } from "./words.js";

const ROWS = 200; // as many as are listed; the server keeps more

let universe = () => "default";
let entries = [];
let waiting = [];
let isPaused = false;
let about = null; // { name: "caller" | "fault", value, label }
let loads = 0;

/** Take an entry that the event stream told of. */
export function hearRequest(entry) {
  if (!fits(entry)) return;
  waiting.push(entry);
  if (waiting.length > ROWS) waiting.shift();
}

/** Fetch the list anew: another universe, another filter, or the stream was away for a while. */
export async function reloadJournal() {
  const load = ++loads;
  waiting = [];
  const query = new URLSearchParams({ per_page: ROWS, ...filters() });
  try {
    const answer = await send("GET", of(universe(), `journal?${query}`));
    const told = await answer.json();
    if (load !== loads) return; // somebody has asked for something else meanwhile
    if (!answer.ok) throw new Error(told.error);
    entries = told;
    draw();
  } catch (error) {
    if (load === loads) toast(`Journal: ${error.message}`, "error");
  }
}

function filters() {
  const asked = {};
  const path = $("filter-path").value.trim();
  if (path) asked.path = asGlob(path);
  for (const name of ["side", "method", "status"]) {
    const value = $(`filter-${name}`).value;
    if (value) asked[name] = value;
  }
  if (about) asked[about.name] = about.value;
  return asked;
}

/** Text that is looked for anywhere in the path; with a `*` in it, it is the whole pattern. */
function asGlob(text) {
  return text.includes("*") ? text : `*${text.replace(/[[?]/g, "[$&]")}*`;
}

function fits(entry) {
  const asked = filters();
  const text = $("filter-path").value.trim();
  if (text && !matcher(text).test(entry.path)) return false;
  if (asked.side && entry.side !== asked.side) return false;
  if (asked.method && entry.method !== asked.method) return false;
  if (asked.caller && entry.caller !== asked.caller) return false;
  if (asked.fault && !entry.faults.includes(asked.fault)) return false;
  if (!asked.status) return true;
  return asked.status === "0" ? entry.status === 0 : `${Math.floor(entry.status / 100)}xx` === asked.status;
}

function matcher(text) {
  const pattern = text.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*");
  return new RegExp(text.includes("*") ? `^${pattern}$` : pattern, "s");
}

function takeWaiting() {
  if (isPaused) {
    setText($("journal-pause"), waiting.length ? `Go on (${waiting.length === ROWS ? `${ROWS}+` : waiting.length})` : "Go on");
    return;
  }
  if (!waiting.length) return;
  const known = new Set(entries.map((entry) => entry.number));
  const fresh = waiting.filter((entry) => !known.has(entry.number)).sort((a, b) => b.number - a.number);
  waiting = [];
  entries = [...fresh, ...entries].slice(0, ROWS);
  draw();
}

function draw() {
  const rows = $("journal-rows");
  reconcile(rows, entries, (entry) => entry.number, makeRow, showCaller);
  if (!rows.querySelector('[tabindex="0"]')) rows.querySelector("button")?.setAttribute("tabindex", "0");
  const isFiltered = Object.keys(filters()).length > 0;
  $("filter-reset").disabled = !isFiltered;
  setText($("journal-total"), entries.length ? `${entries.length === ROWS ? "newest " : ""}${number(entries.length)}` : "");
  const empty = $("journal-empty");
  empty.hidden = entries.length > 0;
  rows.parentElement.hidden = !entries.length;
  if (!entries.length) {
    empty.replaceChildren(
      el("h3", { text: isFiltered ? "No request fits" : "Nothing was asked yet" }),
      el("p", { text: isFiltered ? "New ones show here as they come." : "Each request to the APIs of this universe shows here as it comes, with its answer." }));
  }
}

function makeRow(entry) {
  const shown = entry.status || "none";
  const open = el("button", { type: "button", class: "plain path", tabindex: "-1", title: entry.path,
    "aria-label": `${entry.method} ${entry.path}, status ${shown}` }, ...pathParts(entry.path));
  const row = el("tr", { data: { family: Math.floor(entry.status / 100) } },
    el("td", { class: "right dim c-number", text: entry.number }),
    el("td", { class: "dim", text: timeOf(moment(entry.at)) }),
    el("td", { class: "c-side" }, el("span", { class: "clip" })),
    el("td", { class: `method m-${entry.method.toLowerCase().replace(/[^a-z]/g, "")}`, text: entry.method }),
    el("td", { class: "path-cell" }, open),
    el("td", { class: "dim c-operation", text: entry.operation }),
    el("td", {}, el("span", { class: "status", text: shown }), ...entry.faults.map((id) => el("span", { class: "struck", text: "⚡ fault", title: `Met the fault: ${faultName(id)}` }))),
    el("td", { class: "right dim c-took", text: `${entry.milliseconds < 10 ? entry.milliseconds.toFixed(1) : Math.round(entry.milliseconds)} ms` }));
  row.addEventListener("click", () => showRequest(universe(), entry.number));
  return row;
}

/** A path in two parts, of which the first gives way where there is no room: the end says more. */
function pathParts(path) {
  const cut = path.lastIndexOf("/", path.lastIndexOf("/") - 1);
  return [path.slice(0, Math.max(cut, 0)), path.slice(Math.max(cut, 0))].map((text) => el("span", { text }));
}

/** Who asked: a device's name, once it is known. */
function showCaller(row, { side, caller }) {
  const kind = { devices: "device", management: "user", connect: "connect" }[side] ?? "–";
  const node = row.children[2].firstElementChild;
  setText(node, (side === "devices" && deviceName(caller)) || kind);
  setAttr(node, "title", [kind, caller].filter(Boolean).join(" "));
}

/** Show only the requests of one caller, or those that met one fault. */
export function showAbout(name, value, label) {
  about = { name, value, label };
  showChip();
  $("journal").scrollIntoView({ block: "nearest", behavior: "instant" });
  $("filter-about").focus();
  reloadJournal();
}

/** Show only the requests in whose path a text stands. */
export function showPath(text) {
  $("filter-path").value = text;
  $("journal").scrollIntoView({ block: "nearest", behavior: "instant" });
  $("filter-path").focus();
  reloadJournal();
}

function showChip() {
  const chip = $("filter-about");
  chip.hidden = !about;
  if (!about) return;
  chip.replaceChildren(el("span", { class: "clip", text: `${about.name === "caller" ? "From" : "Fault"}: ${about.label}` }), el("span", { "aria-hidden": "true", text: "✕" }));
  setAttr(chip, "aria-label", `Filter by ${about.label}; press to remove it`);
}

function forgetAbout() {
  about = null;
  showChip();
}

/** Begin anew without filters: another universe is shown. */
export function forgetFilters() {
  $("journal-filters").reset();
  forgetAbout();
  entries = [];
}

/** Up and down go from request to request; only one of them is in the order of Tab. */
function move(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  const ends = { Home: 0, End: -1 };
  if (!(event.key in steps) && !(event.key in ends)) return;
  const buttons = [...$("journal-rows").querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  if (at < 0) return;
  event.preventDefault();
  const next = event.key in steps ? buttons[at + steps[event.key]] : buttons.at(ends[event.key]);
  if (!next) return;
  buttons[at].setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}

async function saveHar() {
  const answer = await send("GET", of(universe(), `journal/har?${new URLSearchParams(filters())}`));
  if (!answer.ok) throw new Error((await answer.json()).error);
  save(`otakit-${universe()}.har`, await answer.blob());
}

async function clear() {
  if (!await confirmed("Empty the journal?", "All requests of this universe are forgotten.", "Empty it")) return;
  await ask("DELETE", of(universe(), "journal"));
  reloadJournal();
}

export function setUpJournal(current) {
  universe = current;
  const form = $("journal-filters");
  let typing;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(reloadJournal, 150);
  });
  form.addEventListener("reset", () => {
    forgetAbout();
    setTimeout(reloadJournal); // the fields are emptied after this event
  });
  $("filter-about").addEventListener("click", () => {
    forgetAbout();
    $("filter-path").focus();
    reloadJournal();
  });
  $("journal-pause").addEventListener("click", () => {
    isPaused = !isPaused;
    setAttr($("journal-pause"), "aria-pressed", isPaused);
    setText($("journal-pause"), isPaused ? "Go on" : "Pause");
    takeWaiting();
  });
  $("journal-har").addEventListener("click", telling(saveHar));
  $("journal-clear").addEventListener("click", telling(clear));
  $("journal-rows").addEventListener("keydown", move);
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, select, textarea, dialog");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    $("filter-path").focus();
  });
  setInterval(takeWaiting, 250);
}
