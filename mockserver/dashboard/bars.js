// A bar of segments by status, and its legend in words.
import { el, reconcile, setAttr, setText } from "./dom.js";
import { kindOf, number, ORDER, wordOf } from "./words.js";

/** Show counts by status as segments; a status without any has none. */
export function showBar(bar, counts, total) {
  const shown = ORDER.filter((status) => counts[status]);
  reconcile(bar, shown, (status) => status,
    (status) => el("span", { class: `seg ${kindOf(status)}` }),
    (node, status) => {
      const width = `${(100 * counts[status]) / Math.max(total, 1)}%`;
      if (node.style.width !== width) node.style.width = width;
    });
  setAttr(bar, "aria-label", describe(counts) || "none");
}

export function describe(counts) {
  return ORDER.filter((status) => counts[status])
    .map((status) => `${number(counts[status])} ${wordOf(status)}`).join(", ");
}

export function showLegend(list, counts) {
  const shown = ORDER.filter((status) => counts[status]);
  reconcile(list, shown, (status) => status,
    (status) => el("li", {}, el("span", { class: `dot ${kindOf(status)}` }), el("b"), el("span", { text: wordOf(status) })),
    (node, status) => setText(node.children[1], number(counts[status])));
}
