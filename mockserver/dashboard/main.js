// The page: what is refetched when, and what each part of it is told.
import { operations, setUpApis } from "./apis.js";
import { isFast, setUpClock, showClock } from "./clock.js";
import { ask, of } from "./control.js";
import { phaseIsDue, setUpDeployments, showDeployments } from "./deployments.js";
import { chosenState, forgetState, setUpDevices, showDevices } from "./devices.js";
import { $, setAttr, setText, toast } from "./dom.js";
import { follow } from "./events.js";
import { refreshFaults, setUpFaults } from "./faults.js";
import { forgetFilters, hearRequest, reloadJournal, setUpJournal, showAbout, showPath } from "./journal.js";
import { setUpRequest } from "./request.js";
import { current, go, refreshUniverses, setUpUniverses } from "./universes.js";
import { setUpThemes } from "./themes.js";
import { counted } from "./words.js";

const PAUSE = 330; // between two refetches, at least
const FAST = 1000; // how often while the clock runs fast, whatever happens
const SLOW = 10_000; // and otherwise, for what no event tells

/** Something that is done again when asked to, never twice at once, with a pause in between. */
function throttled(work, pause) {
  let isWanted = false;
  let isBusy = false;
  return async function again() {
    isWanted = true;
    if (isBusy) return;
    isBusy = true;
    while (isWanted) {
      isWanted = false;
      await work().catch((error) => { if (!(error instanceof TypeError)) toast(error.message, "error"); });
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    isBusy = false;
  };
}

let last = 0;

const refresh = throttled(async () => {
  last = performance.now();
  const universe = current();
  const query = chosenState() ? `?device_status=${chosenState()}` : "";
  const overview = await ask("GET", of(universe, `overview${query}`));
  if (universe !== current()) return;
  showClock(overview.clock);
  showDevices(overview);
  showDeployments(overview);
  const { groups, filters, releases } = overview.counts;
  setText($("device-kinds"), [groups && counted(groups, "group"), filters && counted(filters, "saved filter")].filter(Boolean).join(", "));
  setText($("release-count"), releases ? counted(releases, "release") : "");
}, PAUSE);

const refreshFaultList = throttled(refreshFaults, PAUSE);

const HEARD = {
  clock(clock) {
    showClock(clock);
    refresh();
  },
  request(entry) {
    hearRequest(entry);
    if (entry.method !== "GET" || entry.side === "devices") refresh();
    if (entry.faults.length) refreshFaultList();
  },
  world: beginAnew,
  faults: refreshFaultList,
  fleet: refresh,
  missed: beginAnew,
};

function beginAnew() {
  refresh();
  refreshFaultList();
  reloadJournal();
}

const LINK = { live: "Live", lost: "Server gone. Trying again…", connecting: "Connecting…" };

function showLink(state) {
  setAttr($("link"), "data-state", state);
  setText($("link-text"), LINK[state]);
}

let unfollow = () => {};

function show() {
  unfollow();
  showLink("connecting");
  forgetFilters();
  forgetState();
  unfollow = follow(current(), (kind, data) => HEARD[kind]?.(data), (state) => {
    if (state === "gone") {
      toast(`There is no universe '${current()}' here any more.`, "error");
      if (current() !== "default") go("default");
      return;
    }
    showLink(state);
    if (state === "live") {
      refreshUniverses().catch(() => {});
      beginAnew();
    }
  });
}

setUpThemes();
setUpClock(current);
setUpDevices(refresh, (id, name) => showAbout("caller", id, name));
setUpDeployments(showPath);
setUpFaults(current, operations, (id, name) => showAbout("fault", id, name));
setUpJournal(current);
setUpRequest((id, name) => showAbout("caller", id, name));
setUpUniverses();
setUpApis();
addEventListener("hashchange", show);
setInterval(() => {
  if (document.hidden) return;
  const since = performance.now() - last;
  if (since > SLOW || (isFast() && since > FAST) || phaseIsDue()) refresh();
}, 500);
show();
document.body.dataset.ready = "yes"; // the page appears in one piece
