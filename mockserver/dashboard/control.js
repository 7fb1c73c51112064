// Calls of the control API. Where the server wants a token, the page asks for it once and keeps it
// as long as the tab lives.
import { $, setText } from "./dom.js";

const KEY = "otakit-control-token";
let token = sessionStorage.getItem(KEY) ?? "";
let asking = null;

export class ControlError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Send a request below /otakit/v1 and return the answer, once a token is known that it takes. */
export async function send(method, path, { body, signal } = {}) {
  for (;;) {
    const used = token;
    const headers = used ? { Authorization: `Bearer ${used}` } : {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const content = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const answer = await fetch(`/otakit/v1/${path}`, { method, headers, body: content, signal });
    if (answer.status !== 401) return answer;
    if (token === used) await askForToken(used);
  }
}

/** Send a request and return its JSON; an error answer is thrown with the server's words. */
export async function ask(method, path, body) {
  const answer = await send(method, path, { body });
  if (answer.status === 204) return null;
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new ControlError(answer.status, told.error ?? `status ${answer.status}`);
  return told;
}

export const of = (universe, path) => `universes/${encodeURIComponent(universe)}/${path}`;

function askForToken(used) {
  asking ??= new Promise((resolve) => {
    const dialog = $("token-dialog");
    setText($("token-error"), used ? "The server does not take this token." : "");
    $("token").value = "";
    const keepOpen = (event) => event.preventDefault(); // without it there is nothing to show
    dialog.addEventListener("cancel", keepOpen);
    $("token-form").addEventListener("submit", (event) => {
      event.preventDefault();
      token = $("token").value;
      sessionStorage.setItem(KEY, token);
      dialog.removeEventListener("cancel", keepOpen);
      dialog.close();
      asking = null;
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}
