// The devices: how many have each state, and a list of the first ones.
import { showBar } from "./bars.js";
import { now } from "./clock.js";
import { $, el, reconcile, setAttr, setText } from "./dom.js";
import { briefly, kindOf, moment, number, shownName, wordOf } from "./words.js";

const STATES = ["accepted", "pending", "preauthorized", "rejected", "noauth"];
const SHORT = { preauthorized: "preauth." };
const EMPTY = {
  accepted: "No device is accepted. Devices that ask to be let in wait under Pending.",
  pending: "No device waits to be let in.",
  preauthorized: "No device is announced in advance.",
  rejected: "No device is rejected.",
  noauth: "No device has lost its authentication.",
};

const AT_REST = ["off", "idle", "pending", "offline"]; // all else that simulated devices do is an update

const MAX_NAMES = 1000; // of devices that have been listed; the journal shows them

let chosen = "";
const names = new Map();

/** The name of a device that has been listed. */
export const deviceName = (id) => names.get(id);

export const chosenState = () => chosen;

export function showDevices(overview) {
  const { counts, list } = overview.devices;
  if (names.size > MAX_NAMES) names.clear();
  for (const { id, name } of list) names.set(id, shownName(name));
  const total = STATES.reduce((sum, state) => sum + counts[state], 0);
  setText($("device-total"), number(total));
  showBar($("device-bar"), counts, total);
  for (const chip of $("device-states").children) {
    const state = chip.dataset.state;
    setText(chip.lastElementChild, number(state ? counts[state] : total));
    setAttr(chip, "aria-pressed", state === chosen);
  }
  setText($("device-simulated"), simulatedText(overview.devices.simulated));
  $("device-rows").classList.remove("loading");
  reconcile($("device-rows"), list, (device) => device.id, makeRow, updateRow);
  const fitting = chosen ? counts[chosen] : total;
  showEmpty(fitting === 0, total);
  $("devices-more").hidden = list.length >= fitting;
  setText($("devices-more"), `The first ${number(list.length)} of ${number(fitting)} are listed.`);
}

/** How many are simulated, and how many of those are busy with an update. */
function simulatedText(doing) {
  const sum = (counts) => counts.reduce((total, count) => total + count, 0);
  const all = sum(Object.values(doing));
  const busy = sum(Object.entries(doing).filter(([what]) => !AT_REST.includes(what)).map(([, count]) => count));
  return all ? `${number(all)} simulated${busy ? `, ${number(busy)} updating` : ""}` : "";
}

function showEmpty(isEmpty, total) {
  const empty = $("devices-empty");
  empty.hidden = !isEmpty;
  $("device-rows").parentElement.hidden = isEmpty;
  setAttr(empty, "data-kind", total ? "some" : "none");
  if (!isEmpty) return;
  if (total) empty.replaceChildren(el("p", { text: EMPTY[chosen] }));
  else if (!empty.querySelector("button")) {
    empty.replaceChildren(
      el("h3", { text: "No devices yet" }),
      el("p", { text: "Point a Mender client at this server and it turns up here, waiting to be accepted; or fill the universe with a scenario." }),
      el("div", { class: "row" },
        el("button", { type: "button", text: "Connect a client", onclick: () => $("open-clients").click() }),
        el("button", { type: "button", text: "Load a scenario", onclick: () => $("open-universe").click() })),
    );
  }
}

function makeRow() {
  return el("tr", {},
    el("td", { class: "name" }, el("button", { type: "button", class: "plain" }), el("small")),
    el("td", {}, el("span", { class: "badge" })),
    el("td", { class: "c-runs" }, el("span", { class: "clip" }), el("small")),
    el("td", {}, el("span", { class: "badge soft" })),
    el("td", { class: "right c-seen" }, el("span", { class: "seen" })));
}

function updateRow(row, device) {
  const [name, state, runs, update, seen] = row.children;
  const button = name.firstElementChild;
  setText(button, shownName(device.name));
  setAttr(button, "title", `${device.name}\nId ${device.id}\nShow its requests`);
  setAttr(button, "data-caller", device.id);
  button.callerName = shownName(device.name);
  setText(name.lastElementChild, [identityOf(device), device.group].filter(Boolean).join(" · "));
  badge(state.firstElementChild, device.status);
  setText(runs.firstElementChild, device.artifact ?? "–");
  setText(runs.lastElementChild, device.device_type ?? "");
  const { deployment } = device;
  update.firstElementChild.hidden = !deployment;
  if (deployment) {
    badge(update.firstElementChild, deployment.status);
    setAttr(update.firstElementChild, "title", [deployment.name, deployment.substate].filter(Boolean).join(": "));
  }
  setAttr(seen.firstElementChild, "data-at", device.check_in ? moment(device.check_in) : null);
  showSeen(seen.firstElementChild);
}

/** An identity as its values: the JSON around them says nothing. */
function identityOf(device) {
  try {
    return Object.values(JSON.parse(device.identity)).map(String).filter((v) => v !== device.name).join(" · ");
  } catch {
    return device.identity; // cut, as long ones are
  }
}

function badge(node, status) {
  setText(node, wordOf(status));
  setAttr(node, "data-kind", kindOf(status));
}

function showSeen(node) {
  const time = now();
  setText(node, node.dataset.at && time !== null ? briefly(time - Number(node.dataset.at)) : "–");
}

export function setUpDevices(changed, showRequestsOf) {
  const chips = ["", ...STATES].map((state) => el("button", { type: "button", class: "chip", "aria-pressed": state === chosen, title: SHORT[state] && wordOf(state), data: { state } },
    state ? el("span", { class: `dot ${kindOf(state)}` }) : null,
    el("span", { text: state ? SHORT[state] ?? wordOf(state) : "all" }), el("b", { text: "–" })));
  $("device-states").append(...chips);
  $("device-states").addEventListener("click", (event) => {
    const chip = event.target.closest("button");
    if (!chip) return;
    chosen = chip.dataset.state;
    changed();
  });
  $("device-rows").addEventListener("click", (event) => {
    const button = event.target.closest("[data-caller]");
    if (button) showRequestsOf(button.dataset.caller, button.callerName);
  });
  setInterval(() => document.querySelectorAll(".seen").forEach(showSeen), 1000);
}

/** Begin anew with all states: another universe is shown. */
export function forgetState() {
  chosen = "";
  names.clear();
}
