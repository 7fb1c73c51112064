// The universes: which one is shown (its id is in the address), made, filled, reset, saved, deleted.
import { ask, of, send } from "./control.js";
import { $, closable, confirmed, copyPair, el, reconcile, save, setAttr, setText, toast } from "./dom.js";
import { number } from "./words.js";

const DEFAULT = "default";
const PLANS = ["enterprise", "professional", "os"];

/** The universe in the address. */
export const current = () => new URLSearchParams(location.hash.slice(1)).get("universe") || DEFAULT;

export function go(universe) {
  location.hash = new URLSearchParams({ universe }).toString();
}

/** Fill the list to choose from. */
export async function refreshUniverses() {
  const list = await ask("GET", "universes");
  reconcile($("universe"), list, (universe) => universe.id, (universe) => el("option", { value: universe.id }), (option, universe) => setText(option, titleOf(universe)));
  $("universe").value = current();
  document.title = `${$("universe").selectedOptions[0]?.textContent ?? "no universe"} · otakit`;
  return list;
}

function titleOf({ id, name }) {
  return id === DEFAULT ? DEFAULT : name.trim() ? name : id.slice(0, 8);
}

async function open() {
  setText($("universe-error"), "");
  $("new-pairs").replaceChildren();
  $("universe-dialog").showModal();
  await act(() => Promise.all([showThis(), showScenarios()]));
}

async function showThis() {
  const { universe, password } = await ask("GET", of(current(), "overview?devices=0&deployments=0"));
  setText($("this-universe"), `This one: ${titleOf(universe)}`);
  const pairs = [["Id", universe.id], ["Login", universe.email], ["Password", password], ["Tenant token", universe.tenant_token]];
  $("universe-pairs").replaceChildren(...pairs.filter(([, value]) => value).map(([term, value]) => copyPair(term, value)), planPair(universe));
  $("delete-universe").disabled = universe.id === DEFAULT;
  setAttr($("delete-universe"), "title", universe.id === DEFAULT ? "The default universe stays: reset it instead" : null);
}

/** What the universe has booked, to change. */
function planPair(universe) {
  const choice = el("select", { id: "plan" }, ...PLANS.map((plan) => el("option", { text: plan, selected: plan === universe.plan })));
  choice.addEventListener("change", () => act(() => ask("PUT", of(universe.id, "plan"), { plan: choice.value })));
  return el("div", {}, el("dt", {}, el("label", { for: "plan", text: "Plan" })), el("dd", {}, choice));
}

async function showScenarios() {
  const list = await ask("GET", "scenarios");
  $("scenarios").replaceChildren(...list.map(({ name, title }) => el("li", {},
    el("div", {}, el("b", { text: name }), el("small", { text: title })),
    el("button", { type: "button", text: "Load", "aria-label": `Load ${name}`, onclick: (event) => load(name, event.target) }))));
}

async function load(name, button) {
  if (!await confirmed(`Load ${name}?`, "It takes the place of all that this universe has; the login stays.", "Load it")) return;
  setText(button, "Loading…");
  button.disabled = true;
  await act(async () => {
    const made = await ask("POST", of(current(), "scenario"), { name });
    toast(`${made.title}: ${number(made.devices)} devices, ${number(made.deployments)} deployments`);
    $("universe-dialog").close();
  });
  setText(button, "Load");
  button.disabled = false;
}

async function act(what) {
  setText($("universe-error"), "");
  try {
    await what();
  } catch (error) {
    setText($("universe-error"), error.message);
  }
}

async function create(event) {
  event.preventDefault();
  await act(async () => {
    const made = await ask("POST", "universes", { name: $("universe-name").value, plan: $("universe-plan").value });
    $("universe-name").value = "";
    const pairs = [["Login", made.email], ["Password", made.password], ["Management token", made.token], ["Tenant token", made.tenant_token], ["JFrog Connect fleet key", made.connect.project_key], ["JFrog Connect token", made.connect.token]];
    $("new-pairs").replaceChildren(
      el("p", { class: "hint" }, "The password is shown this once. ", el("a", { href: `#universe=${made.id}`, text: "Show the new universe", onclick: () => $("universe-dialog").close() })),
      ...pairs.map(([term, value]) => copyPair(term, value)));
    await refreshUniverses();
  });
}

async function reset() {
  if (!await confirmed("Reset this universe?", "Everything in it is dropped but its first user, whose sessions stay good.", "Reset it")) return;
  await act(async () => {
    await ask("POST", of(current(), "reset"));
    toast("The universe begins anew.");
  });
}

async function remove() {
  if (!await confirmed("Delete this universe?", "Everything in it is gone, and its tokens and links are good no more.", "Delete it")) return;
  await act(async () => {
    await ask("DELETE", `universes/${encodeURIComponent(current())}`);
    $("universe-dialog").close();
    go(DEFAULT);
    await refreshUniverses();
  });
}

async function saveSnapshot() {
  await act(async () => {
    const answer = await send("GET", of(current(), "snapshot"));
    if (!answer.ok) throw new Error((await answer.json()).error);
    save(`otakit-${current()}.json`, await answer.blob());
  });
}

async function restore(event) {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file || !await confirmed(`Restore ${file.name}?`, "It takes the place of all that this universe has.", "Restore it")) return;
  await act(async () => {
    await ask("PUT", of(current(), "snapshot"), await file.text());
    toast("The universe is as it was when the snapshot was saved.");
  });
}

export function setUpUniverses() {
  closable($("universe-dialog"));
  closable($("confirm"));
  $("open-universe").addEventListener("click", open);
  $("universe").addEventListener("change", () => go($("universe").value));
  $("universe").addEventListener("focus", () => refreshUniverses().catch(() => {}));
  $("universe-form").addEventListener("submit", create);
  $("reset-universe").addEventListener("click", reset);
  $("delete-universe").addEventListener("click", remove);
  $("save-snapshot").addEventListener("click", saveSnapshot);
  $("load-snapshot").addEventListener("click", () => $("snapshot-file").click());
  $("snapshot-file").addEventListener("change", restore);
}
