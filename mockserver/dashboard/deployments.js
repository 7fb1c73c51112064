// The deployments of Mender and of JFrog Connect: progress by status, and phases with their times.
import { describe, showBar, showLegend } from "./bars.js";
import { now, showNextPhase } from "./clock.js";
import { $, el, reconcile, setAttr, setText } from "./dom.js";
import { counted, moment, number, shownName, span, stampOf } from "./words.js";

const FINAL = ["success", "failure", "noartifact", "already-installed", "aborted", "decommissioned", "Success", "Failed", "Aborted"];
const STATUSES = {
  scheduled: ["held", "scheduled"],
  pending: ["idle", "pending"],
  inprogress: ["busy", "in progress"],
  finished: ["good", "finished"],
};

let kind = "mender";
let latest = null;

export function showDeployments(overview) {
  latest = overview;
  const { deployments, connect } = overview;
  const hasConnect = connect.devices > 0 || connect.deployments.count > 0;
  if (!hasConnect) kind = "mender";
  $("deployment-kinds").hidden = !hasConnect;
  for (const button of $("deployment-kinds").children) setAttr(button, "aria-pressed", button.dataset.kind === kind);
  const shown = kind === "mender" ? deployments : connect.deployments;
  setText($("deployment-total"), number(shown.count));
  $("deployment-cards").hidden = kind !== "mender" || !shown.count;
  $("connect-cards").hidden = kind !== "connect" || !shown.count;
  $("deployment-cards").classList.remove("loading");
  reconcile($("deployment-cards"), deployments.list, (d) => d.id, makeCard, updateCard);
  reconcile($("connect-cards"), connect.deployments.list, (d) => d.uuid, makeCard, updateConnectCard);
  const empty = $("deployments-empty");
  empty.hidden = shown.count > 0;
  if (!shown.count && empty.dataset.kind !== kind) {
    empty.dataset.kind = kind;
    empty.replaceChildren(
      el("h3", { text: "No deployments yet" }),
      el("p", { text: kind === "mender"
        ? "Upload an artifact and deploy it to accepted devices; each device's progress shows here as it reports."
        : `The fleet has ${number(connect.devices)} devices; deploy an update flow to them.` }));
  }
  findNextPhase();
}

/** The start of the first phase that is still ahead. */
export function findNextPhase() {
  const time = now();
  const starts = (latest?.deployments.list ?? [])
    .filter((deployment) => deployment.status !== "finished")
    .flatMap((deployment) => deployment.phases.map((phase) => moment(phase.start)))
    .filter((start) => start > time);
  showNextPhase(starts.length ? Math.min(...starts) : null);
}

/** Say whether a phase is shown as waiting whose time has come. */
export function phaseIsDue() {
  const time = now();
  return (latest?.deployments.list ?? []).some((deployment) => deployment.status !== "finished" &&
    deployment.phases.some((phase) => phase.state === "waiting" && moment(phase.start) <= time));
}

function makeCard() {
  return el("li", { class: "card" },
    el("div", { class: "card-head" }, el("h3", {}, el("button", { type: "button", class: "plain" })), el("span", { class: "badge" })),
    el("p", { class: "card-about clip" }),
    el("div", { class: "card-bar" }, el("div", { class: "segbar", role: "progressbar", "aria-valuemin": 0 }), el("span", { class: "percent" })),
    el("ul", { class: "legend" }),
    el("ol", { class: "phases", "aria-label": "Phases", hidden: true }));
}

function updateCard(card, deployment) {
  const [status, word] = deployment.aborted ? ["none", "aborted"] : deployment.paused && deployment.status !== "finished" ? ["held", "paused"] : STATUSES[deployment.status];
  if (deployment.status !== "finished") card.classList.add("live"); // keeps its room when it ends
  const failed = deployment.status === "finished" && deployment.statistics.failure > 0 && !deployment.aborted;
  showHead(card, deployment.id, deployment.name, failed ? "bad" : status, failed ? "finished, with failures" : word);
  const about = [deployment.type === "configuration" ? "configuration" : deployment.artifact_name];
  if (deployment.filter) about.push(`filter ${deployment.filter}`);
  else if (deployment.group) about.push(`group ${deployment.group}`);
  about.push(deployment.finished ? `finished ${stampOf(moment(deployment.finished))}` : `created ${stampOf(moment(deployment.created))}`);
  showRest(card, about, deployment.statistics, deployment.device_count);
  const phases = card.lastElementChild;
  phases.hidden = !deployment.phases.length;
  reconcile(phases, deployment.phases, (phase) => phase.id, makePhase, (node, phase) => updatePhase(node, phase, deployment));
}

function updateConnectCard(card, deployment) {
  const counts = deployment.statistics ?? {};
  const busy = (counts.Pending ?? 0) + (counts["In Progress"] ?? 0);
  const [status, word] = busy ? ["busy", "in progress"] : counts.Failed ? ["bad", "finished, with failures"] : ["good", "finished"];
  if (busy) card.classList.add("live");
  showHead(card, deployment.uuid, deployment.comment || deployment.flow, deployment.statistics ? status : "none", deployment.statistics ? word : "not counted");
  showRest(card, [`flow ${deployment.flow}`, `created ${stampOf(moment(deployment.created))}`], counts, deployment.device_count);
}

function showHead(card, id, name, status, word) {
  const [title, badge] = card.firstElementChild.children;
  setText(title.firstElementChild, shownName(name));
  setAttr(title.firstElementChild, "title", `${name}\nShow its requests`);
  setAttr(title.firstElementChild, "data-id", id);
  setText(badge, word);
  setAttr(badge, "data-kind", status);
}

function showRest(card, about, counts, total) {
  const [, line, barRow, legend] = card.children;
  setText(line, [...about, counted(total, "device")].join(" · "));
  setAttr(line, "title", line.textContent);
  const done = FINAL.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  const [bar, percent] = barRow.children;
  showBar(bar, counts, total);
  setAttr(bar, "aria-label", "Devices that are done");
  setAttr(bar, "aria-valuemax", Math.max(total, 1));
  setAttr(bar, "aria-valuenow", done);
  setAttr(bar, "aria-valuetext", describe(counts) || "no devices");
  setText(percent, `${total ? Math.floor((100 * done) / total) : 0} %`);
  showLegend(legend, counts);
}

function makePhase() {
  return el("li", { class: "phase" }, el("b"), el("span", { class: "phase-state" }), el("small"));
}

function updatePhase(node, phase, deployment) {
  const start = moment(phase.start);
  const [size, state, when] = node.children;
  const isOver = deployment.status === "finished";
  setAttr(node, "data-state", isOver ? "over" : phase.state);
  setText(size, `${phase.batch_size} %`);
  setText(state, phase.state === "waiting" ? waiting(start, isOver) : askedOf(phase, isOver));
  setAttr(state, "data-start", phase.state === "waiting" && !isOver ? start : null);
  setText(when, stampOf(start));
}

/** How many devices have asked, of those that may. */
function askedOf({ state, device_count: asked, share }, isOver) {
  const count = share === undefined ? String(asked) : `${asked}/${share}`;
  if (state === "full") return `all asked ${count}`;
  return isOver ? `${count} asked` : `open ${count}`;
}

function waiting(start, isOver) {
  return isOver ? "never opened" : `in ${span(start - now())}`;
}

export function setUpDeployments(showRequestsWith) {
  for (const list of [$("deployment-cards"), $("connect-cards")]) {
    list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-id]");
      if (button) showRequestsWith(button.dataset.id);
    });
  }
  $("deployment-kinds").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || !latest) return;
    kind = button.dataset.kind;
    showDeployments(latest);
  });
  setInterval(() => {
    for (const node of document.querySelectorAll("[data-start]")) setText(node, waiting(Number(node.dataset.start), false));
    findNextPhase();
  }, 1000);
}
