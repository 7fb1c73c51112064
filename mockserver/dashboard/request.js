// One request and its answer, whole, in a drawer.
import { ask, of } from "./control.js";
import { deviceName } from "./devices.js";
import { faultName } from "./faults.js";
import { $, closable, copy, el, setText, toast } from "./dom.js";
import { bytes, dayOf, moment, timeOf } from "./words.js";

let showRequestsOf = () => {};

export async function showRequest(universe, number) {
  try {
    const entry = await ask("GET", of(universe, `journal/${number}`));
    setText($("request-title"), `Request ${number}`);
    $("request-body").replaceChildren(...partsOf(entry));
    $("request-body").scrollTop = 0;
    if (!$("request").open) $("request").showModal();
  } catch (error) {
    toast(error.message, "error");
  }
}

function partsOf(entry) {
  const at = moment(entry.at);
  const facts = [
    ["Universe's time", `${dayOf(at)}, ${timeOf(at)} UTC`],
    ["Wall time", entry.wall],
    ["Took", `${entry.milliseconds} ms`],
    ["Operation", entry.operation || "none"],
    ["Caller", callerOf(entry)],
    ["Request id", entry.request_id],
  ];
  if (entry.faults.length) facts.push(["Faults met", entry.faults.map(faultName).join(", ")]);
  const curl = el("button", { type: "button", class: "quiet tiny", text: "Copy" });
  curl.setAttribute("aria-label", "Copy the curl command");
  curl.addEventListener("click", () => copy(entry.curl, curl));
  const parts = [
    el("p", { class: "request-line", data: { family: Math.floor(entry.status / 100) } },
      el("b", { text: entry.method }), el("code", { text: entry.path + (entry.query ? `?${entry.query}` : "") }),
      el("span", { class: "status", text: entry.status || "no answer" })),
    el("dl", { class: "pairs narrow" }, ...facts.map(([term, value]) => el("div", {}, el("dt", { text: term }), el("dd", { text: value })))),
    entry.caller ? el("div", { class: "row" }, el("button", { type: "button", text: "Only this caller's requests", onclick: () => {
      $("request").close();
      showRequestsOf(entry.caller, deviceName(entry.caller) ?? entry.caller);
    } })) : null,
    el("h3", { text: "Request" }), headers(entry.request.headers, "Headers of the request"), body(entry.request.body),
    el("h3", { text: "Answer" }), headers(entry.answer.headers, "Headers of the answer"), body(entry.answer.body),
    el("div", { class: "with-button" }, el("h3", { text: "Again, with curl" }), curl),
    el("pre", { text: entry.curl }),
  ];
  return parts.filter((part) => part !== null);
}

function callerOf({ side, caller }) {
  if (!caller) return "unknown";
  const name = deviceName(caller);
  return [{ devices: "device", management: "user", connect: "JFrog Connect" }[side], name, name ? `(${caller})` : caller].filter(Boolean).join(" ");
}

function headers(list, caption) {
  if (!list.length) return el("p", { class: "hint", text: "No headers." });
  return el("table", { class: "headers" }, el("caption", { class: "hidden", text: caption }),
    el("tbody", {}, ...list.map(({ name, value }) => el("tr", {}, el("th", { scope: "row", text: name }), el("td", { text: value })))));
}

function body(told) {
  const text = told.json === undefined ? told.text ?? told.base64 : JSON.stringify(told.json, null, 2);
  if (text === undefined) return el("p", { class: "hint", text: told.size ? `A body of ${bytes(told.size)}, which was not kept.` : "No body." });
  const cut = told.truncated ? [el("p", { class: "hint", text: `Cut: the body has ${bytes(told.size)}.` })] : [];
  return el("div", {}, el("pre", { text }), ...cut);
}

export function setUpRequest(requestsOf) {
  showRequestsOf = requestsOf;
  closable($("request"));
}
