// Light, dark, or as the system has it.
import { $, setAttr, setText } from "./dom.js";

const THEMES = [["", "as the system", "◐"], ["light", "light", "☀"], ["dark", "dark", "☾"]];

export function setUpThemes() {
  const root = document.documentElement;
  const showSign = () => {
    const [, name, sign] = THEMES.find(([theme]) => theme === (root.dataset.theme ?? ""));
    setText($("theme-sign"), sign);
    setAttr($("theme"), "aria-label", `Colours: ${name}`);
    setAttr($("theme"), "title", `Colours: ${name}`);
  };
  $("theme").addEventListener("click", () => {
    const at = THEMES.findIndex(([theme]) => theme === (root.dataset.theme ?? ""));
    const [theme] = THEMES[(at + 1) % THEMES.length];
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    localStorage.setItem("otakit-theme", theme);
    showSign();
  });
  showSign();
}
