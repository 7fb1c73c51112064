// Elements made and kept up to date. Everything shown goes in as text: names are anybody's input.

export const $ = (id) => document.getElementById(id);

/** Make an element; `on…` are listeners, `data` its dataset, `text` its text. */
export function el(tag, about = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(about)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
}

/** Change a text only if it differs: what stays is neither drawn nor read out again. */
export function setText(node, text) {
  const wanted = String(text);
  if (node.textContent !== wanted) node.textContent = wanted;
}

export function setAttr(node, name, value) {
  if (value === undefined || value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** Make a parent's children those of the items, in order; what is there already stays in place. */
export function reconcile(parent, items, keyOf, create, update) {
  const known = new Map();
  for (const node of parent.children) known.set(node.dataset.key, node);
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let node = known.get(key);
    known.delete(key);
    if (!node) {
      node = create(item);
      node.dataset.key = key;
    }
    update(node, item);
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
  }
  for (const node of known.values()) node.remove();
}

/** A short notice at the edge of the page. */
export function toast(text, kind = "info") {
  const note = el("p", { class: `toast ${kind}`, text });
  $("toasts").append(note);
  setTimeout(() => note.remove(), kind === "error" ? 8000 : 3500);
}

/** Wrap what may fail, so that its error becomes a notice. */
export const telling = (work) => (...given) => work(...given).catch((error) => toast(error.message, "error"));

/** Let a dialog's close buttons close it, and a click beside it. */
export function closable(dialog) {
  for (const button of dialog.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => dialog.close());
  }
  dialog.addEventListener("mousedown", (event) => {
    if (event.target !== dialog) return;
    event.preventDefault(); // the focus goes back to where it was, not to where the mouse is
    dialog.close();
  });
}

/** Ask before something is lost. */
export function confirmed(title, text, yes) {
  const dialog = $("confirm");
  setText($("confirm-title"), title);
  setText($("confirm-text"), text);
  setText($("confirm-yes"), yes);
  return new Promise((resolve) => {
    const agree = () => dialog.close("yes");
    $("confirm-yes").addEventListener("click", agree);
    dialog.addEventListener("close", () => {
      $("confirm-yes").removeEventListener("click", agree);
      resolve(dialog.returnValue === "yes");
    }, { once: true });
    dialog.returnValue = "";
    dialog.showModal();
  });
}

/** A term, its value, and a button that copies the value. */
export function copyPair(term, value) {
  const button = el("button", { type: "button", class: "quiet tiny", text: "Copy", "aria-label": `Copy ${term.toLowerCase()}` });
  button.addEventListener("click", () => copy(value, button));
  return el("div", {}, el("dt", { text: term }), el("dd", {}, el("code", { text: value }), button));
}

export async function copy(value, button) {
  try {
    await navigator.clipboard.writeText(value);
    setText(button, "Copied");
  } catch {
    setText(button, "Not allowed");
  }
  setTimeout(() => setText(button, "Copy"), 1500);
}

/** Offer a text as a file. */
export function save(name, blob) {
  const url = URL.createObjectURL(blob);
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
