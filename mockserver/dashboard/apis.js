// What there is to talk to: the APIs with their pages and files, and what a client needs.
import { ask, of } from "./control.js";
import { $, closable, copyPair, el, telling } from "./dom.js";
import { current } from "./universes.js";
import { counted } from "./words.js";

const SIDES = { devices: "For devices", management: "For users and their programs", control: "For whoever steers this server" };

let known = null;

const apis = () => (known ??= ask("GET", "apis").catch((error) => {
  known = null;
  throw error;
}));

/** All operations, to choose from. */
export async function operations() {
  const { apis: list } = await apis();
  const found = list.filter((api) => api.side !== "control")
    .flatMap((api) => api.operations.map(({ id, method, path }) => ({ id, label: `${method} ${api.base_path}${path}` })));
  found.push({ id: "downloadArtifact", label: "GET an artifact's file, by signed link" });
  return found;
}

async function showApis() {
  $("apis-dialog").showModal();
  const { version, edition, dialect, apis: list } = await apis();
  $("apis-body").replaceChildren(
    el("p", { class: "hint", text: `otakit ${version}, edition ${edition}, dialect ${dialect}` }),
    ...Object.entries(SIDES).map(([side, title]) => el("section", {}, el("h3", { text: title }),
      el("table", { class: "apis" }, el("caption", { class: "hidden", text: title }),
        el("tbody", {}, ...list.filter((api) => api.side === side).map(row))))));
}

function row(api) {
  const link = (path, text) => el("a", { href: `${api.base_path}${path}`, target: "_blank", rel: "noopener", text, "aria-label": `${text} of ${api.title}, ${api.base_path}` });
  return el("tr", {}, el("th", { scope: "row" }, api.title, el("small", { text: api.base_path })),
    el("td", { class: "right", text: counted(api.operations.length, "operation") }),
    el("td", {}, link("/ui/", "Swagger UI")), el("td", {}, link("/openapi.json", "openapi.json")));
}

async function showClients() {
  $("clients-dialog").showModal();
  const { universe, password, connect } = await ask("GET", of(current(), "overview?devices=0&deployments=0"));
  const { origin } = location;
  const login = `curl -u '${universe.email}:${password ?? "PASSWORD"}' -X POST ${origin}/api/management/v1/useradm/auth/login`;
  const conf = JSON.stringify({ ServerURL: origin, ...(universe.id === "default" ? {} : { TenantToken: universe.tenant_token }) }, null, 2);
  $("clients-body").replaceChildren(
    el("section", {}, el("h3", { text: "A front end, a script" }),
      el("p", { class: "hint", text: "Pages of any localhost port may call (CORS). Log in, then send the answer as a bearer token." }),
      el("dl", { class: "pairs" }, copyPair("Server", origin), copyPair("E-mail", universe.email), ...(password ? [copyPair("Password", password)] : []), copyPair("Log in", login))),
    el("section", {}, el("h3", { text: "A device" }),
      el("p", { class: "hint", text: "In mender.conf. A new device waits under Pending until a user accepts it." }),
      el("dl", { class: "pairs" }, copyPair("mender.conf", conf))),
    el("section", {}, el("h3", { text: "JFrog Connect" }),
      el("dl", { class: "pairs" }, copyPair("Fleet key", connect.project_key), copyPair("Keys of the fleet", `curl ${origin}/otakit/v1/${of(universe.id, "connect")}`))));
}

export function setUpApis() {
  closable($("apis-dialog"));
  closable($("clients-dialog"));
  $("open-apis").addEventListener("click", telling(showApis));
  $("open-clients").addEventListener("click", telling(showClients));
}
