// What goes wrong on purpose: listed, switched, made by one click or by a form.
import { ask, of } from "./control.js";
import { $, closable, el, reconcile, setAttr, setText, telling, toast } from "./dom.js";
import { counted, number } from "./words.js";

const POLLS = ["checkUpdate", "checkUpdateDepends", "checkUpdateV2"];

const PRESETS = [
  { name: "500 on 10 % of management requests", on: { side: "management" }, when: { probability: 0.1 }, do: { action: "status", status: 500 } },
  { name: "429 on device polls", on: { operations: POLLS }, do: { action: "status", status: 429, retry_after: 60 } },
  { name: "2 s latency", do: { action: "latency", seconds: 2 } },
  { name: "Drop artifact downloads at 40 %", on: { operations: ["downloadArtifact"] }, do: { action: "truncate", at: 40 } },
  { name: "Connection reset on status reports", on: { operations: ["reportDeploymentStatus"] }, do: { action: "reset" } },
];

/** The actions of the form, and the numbers that each takes: key, label, value, further attributes. */
const ACTIONS = {
  status: ["Answer with an error status", [["status", "Status", 503, { min: 400, max: 599 }], ["retry_after", "Retry-After, s", "", { min: 0 }]]],
  latency: ["Hold the answer up", [["seconds", "Seconds", 2, { min: 0, max: 300, step: "any" }]]],
  "rate-limit": ["Limit the rate: 429 beyond it", [["requests", "Requests", 10, { min: 1 }], ["per", "Per seconds", 60, { min: 1 }]]],
  reset: ["Reset the connection", []],
  empty: ["Close without an answer", []],
  truncate: ["Close in the middle of the body", [["at", "At, %", 40, { min: 0, max: 99, step: "any" }]]],
  corrupt: ["Change a byte of the body", [["at", "At, %", 50, { min: 0, max: 100, step: "any" }]]],
  throttle: ["Send the body slowly", [["bytes_per_second", "Bytes per second", 1024, { min: 1 }]]],
  "expired-link": ["Answer as if the link had expired", []],
  "malformed-json": ["Cut the JSON body in two", []],
};

let universe = () => "default";
let showHits = () => {};
let names = new Map();
let listed = [];

/** The name of a fault, as the journal shows it. */
export const faultName = (id) => names.get(id) ?? id;

export async function refreshFaults() {
  const wanted = universe();
  const faults = await ask("GET", of(wanted, "faults"));
  if (wanted !== universe()) return;
  names = new Map(faults.map((fault) => [fault.id, fault.name.trim() ? fault.name : describeAction(fault)]));
  const active = faults.filter((fault) => fault.enabled).length;
  setText($("fault-total"), faults.length ? `${active} on` : "");
  setAttr($("faults"), "data-active", active ? "yes" : null);
  listed = faults;
  showPresets();
  reconcile($("fault-rows"), faults, (fault) => fault.id, makeRow, updateRow);
  const empty = $("faults-empty");
  empty.hidden = faults.length > 0;
  if (!faults.length && !empty.hasChildNodes()) {
    empty.append(el("h3", { text: "Nothing goes wrong" }), el("p", { text: "Let something fail on purpose, with one click below or a fault of your own, and see what your client makes of it." }));
  }
}

function makeRow(fault) {
  const act = (method, body) => change(method, `faults/${encodeURIComponent(fault.id)}`, body);
  const toggle = el("button", { type: "button", class: "switch", role: "switch" });
  toggle.addEventListener("click", () => act("PATCH", { enabled: toggle.getAttribute("aria-checked") !== "true" }));
  return el("li", {}, toggle,
    el("div", { class: "fault-about" }, el("b"), el("p", { class: "fault-line" },
      el("button", { type: "button", class: "plain hits", title: "Show the requests that it has hit", onclick: () => showHits(fault.id, faultName(fault.id)) }),
      el("small", { class: "clip" }))),
    el("button", { type: "button", class: "quiet icon", text: "✕", onclick: () => act("DELETE") }));
}

function updateRow(row, fault) {
  const [toggle, about, remove] = row.children;
  const [hits, what] = about.lastElementChild.children;
  const name = faultName(fault.id);
  setAttr(toggle, "aria-checked", fault.enabled);
  setAttr(toggle, "aria-label", `${name}: on`);
  setText(about.firstElementChild, name);
  setAttr(about, "title", name);
  setText(what, `${describeAction(fault)} · ${describeTarget(fault)}`);
  setAttr(what, "title", what.textContent);
  setText(hits, counted(fault.hits, "hit"));
  setAttr(hits, "data-any", fault.hits ? "yes" : null);
  setAttr(remove, "aria-label", `Delete ${name}`);
}

function describeAction({ do: action }) {
  switch (action.action) {
    case "status": return `status ${action.status}`;
    case "latency": return action.seconds === undefined ? `latency, ${action.distribution}` : `${action.seconds} s latency`;
    case "rate-limit": return `${action.requests} requests per ${action.per} s`;
    case "throttle": return `${number(action.bytes_per_second)} B/s`;
    case "truncate": return `cut at ${action.at} %`;
    case "corrupt": return `corrupt at ${action.at} %`;
    default: return action.action.replace("-", " ");
  }
}

function describeTarget({ on = {}, when = {} }) {
  const parts = [(on.operations ?? [on.side ? `${on.side} requests` : "every request"]).join(", ")];
  for (const name of ["method", "path", "caller"]) if (on[name]) parts.push(on[name]);
  if (when.probability !== undefined) parts.push(`${Math.round(when.probability * 1000) / 10} %`);
  if (typeof when.occurrence === "number") parts.push(`only the ${when.occurrence}.`);
  if (when.times !== undefined) parts.push(`at most ${when.times}×`);
  return parts.join(" · ");
}

async function change(method, path, body) {
  try {
    await ask(method, of(universe(), path), body);
    await refreshFaults();
    return null;
  } catch (error) {
    toast(error.message, "error");
    return error;
  }
}

// The presets: one click on, another one off

function showPresets() {
  for (const button of $("presets").children) setAttr(button, "aria-pressed", listed.some((fault) => fault.enabled && fault.name === button.textContent));
}

async function makePresets(operations) {
  drawPresets(PRESETS);
  for (const button of $("presets").children) button.disabled = true;
  const served = new Set((await operations()).map(({ id }) => id));
  const usable = PRESETS.map((preset) => ({ ...preset, on: { ...preset.on } })).filter(({ on }) => {
    if (on.operations) on.operations = on.operations.filter((id) => served.has(id));
    return on.operations?.length !== 0; // an edition or dialect may have none of them
  });
  drawPresets(usable);
  showPresets();
}

function drawPresets(presets) {
  $("presets").replaceChildren(...presets.map((preset) => el("button", { type: "button", class: "chip", text: preset.name, "aria-pressed": false, onclick: () => {
    const mine = listed.find((fault) => fault.name === preset.name);
    if (!mine) return change("POST", "faults", preset);
    return mine.enabled ? change("DELETE", `faults/${mine.id}`) : change("PATCH", `faults/${mine.id}`, { enabled: true });
  } })));
}

// The form

function showNumbers() {
  const [, fields] = ACTIONS[$("fault-action").value];
  $("fault-numbers").replaceChildren(...fields.map(([key, label, value, limits]) =>
    el("p", { class: "field" }, el("label", { for: `fault-${key}`, text: label }),
      el("input", { id: `fault-${key}`, type: "number", step: 1, value, data: { key }, ...limits }))));
}

function planOf() {
  const on = {};
  const operation = $("fault-operation").value.trim();
  if (operation) on.operations = [operation];
  for (const name of ["side", "method", "caller"]) {
    const value = $(`fault-${name}`).value.trim();
    if (value) on[name] = value;
  }
  const when = {};
  const numeric = (id) => ($(id).value === "" ? null : Number($(id).value));
  const probability = numeric("fault-probability");
  if (probability !== null && probability !== 100) when.probability = probability / 100;
  if (numeric("fault-times") !== null) when.times = numeric("fault-times");
  if (numeric("fault-occurrence") !== null) when.occurrence = numeric("fault-occurrence");
  const action = { action: $("fault-action").value };
  for (const input of $("fault-numbers").querySelectorAll("input")) {
    if (input.value !== "") action[input.dataset.key] = Number(input.value);
  }
  return { name: $("fault-name").value.trim(), on, when, do: action };
}

async function submit(event) {
  event.preventDefault();
  try {
    await ask("POST", of(universe(), "faults"), planOf());
    $("fault-dialog").close();
    await refreshFaults();
  } catch (error) {
    setText($("fault-error"), error.message);
  }
}

export function setUpFaults(current, operations, requestsHitBy) {
  universe = current;
  showHits = requestsHitBy;
  telling(makePresets)(operations);
  for (const [action, [label]] of Object.entries(ACTIONS)) $("fault-action").append(el("option", { value: action, text: label }));
  $("fault-action").addEventListener("change", showNumbers);
  $("fault-form").addEventListener("submit", submit);
  closable($("fault-dialog"));
  $("open-fault").addEventListener("click", telling(async () => {
    setText($("fault-error"), "");
    $("fault-form").reset();
    showNumbers();
    $("fault-dialog").showModal();
    const ids = await operations();
    $("operations").replaceChildren(...ids.map(({ id, label }) => el("option", { value: id, text: label })));
  }));
}
