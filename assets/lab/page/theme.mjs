/* Light, dark, and a third for projectors. */
import { element } from "#lab/lib/dom.mjs";
import { repaint } from "#lab/page/playback.mjs";
import { config } from "#lab/state/config.mjs";

export function nextTheme() {
  const root = document.documentElement.dataset;
  root.palette =
    config.themes[(config.themes.indexOf(root.palette ?? "") + 1) % config.themes.length];
  root.bsTheme = root.palette === "dark" ? "dark" : "light";
  nameTheme();
  repaint();
  try {
    localStorage.setItem("theme", root.palette);
  } catch {
    // A browser that keeps nothing shows the theme all the same.
  }
}

export const nameTheme = () =>
  element("theme").setAttribute("aria-label", `theme: ${document.documentElement.dataset.palette}`);
