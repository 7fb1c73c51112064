// The universe's clock: shown as it runs, frozen, sped up, turned forward.
import { ask, of } from "./control.js";
import { $, setAttr, setText, toast } from "./dom.js";
import { dayOf, moment, span, timeOf } from "./words.js";

let base = null; // the universe's seconds at the page's own time `at`
let at = 0;
let speed = 1;
let next = null; // the next phase's start, in the universe's seconds

/** The universe's time now, in Unix seconds; null until it is known. */
export const now = () => (base === null ? null : base + ((performance.now() - at) / 1000) * speed);
export const isFast = () => speed > 1;

export function showClock(clock) {
  const told = moment(clock.now);
  if (speed !== clock.speed || base === null || Math.abs(now() - told) > 0.25 * Math.max(speed, 1)) {
    base = told; // small differences are the network's: they would make the seconds jump
    at = performance.now();
  }
  speed = clock.speed;
  for (const button of $("speeds").children) setAttr(button, "aria-pressed", Number(button.dataset.speed) === speed);
  setText($("pace"), paceOf(speed));
  setAttr($("pace"), "data-kind", speed === 0 ? "held" : speed === 1 ? "none" : "busy");
  tick();
}

/** Learn when the next phase of a deployment opens. */
export function showNextPhase(start) {
  next = start;
  tick();
}

function paceOf(factor) {
  if (factor === 0) return "frozen";
  return factor === 1 ? "real time" : `×${factor}`;
}

function tick() {
  const time = now();
  if (time === null) return;
  setText($("now-time"), timeOf(time));
  setText($("now-date"), dayOf(time));
  const button = $("next-phase");
  const ahead = next !== null && next > time;
  button.disabled = !ahead;
  setText(button, ahead ? `Next phase, in ${span(next - time)}` : "Next phase");
}

async function change(universe, method, path, body, said) {
  const group = $("clock");
  setAttr(group, "aria-busy", "true");
  try {
    const clock = await ask(method, of(universe(), path), body);
    base = null;
    showClock(clock);
    setText($("clock-news"), `${said} It is ${timeOf(moment(clock.now))}, ${dayOf(moment(clock.now))}.`);
  } catch (error) {
    toast(error.message, "error");
  } finally {
    setAttr(group, "aria-busy", null);
  }
}

export function setUpClock(universe) {
  $("speeds").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const wanted = Number(button.dataset.speed);
    change(universe, "PUT", "clock", { speed: wanted }, `The clock is ${wanted === 0 ? "frozen" : `at ${paceOf(wanted)}`}.`);
  });
  for (const button of document.querySelectorAll("[data-jump]")) {
    button.addEventListener("click", () => {
      change(universe, "POST", "clock/advance", { seconds: Number(button.dataset.jump) }, `Turned forward by ${span(button.dataset.jump)}.`);
    });
  }
  $("next-phase").addEventListener("click", () => {
    if (next === null) return;
    const to = new Date(Math.ceil(next * 1000)).toISOString();
    change(universe, "POST", "clock/advance", { to }, "Turned forward to the next phase.");
  });
  setInterval(tick, 200);
}
