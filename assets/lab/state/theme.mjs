/* The theme's colours, as components/theme.py names them. */
import { config } from "#lab/state/config.mjs";

// The theme's colours by meaning; the same object for all, so that a change of theme reaches them.
/** @type {Record<string, string>} */
export const colors = {};

export function readColors() {
  const style = getComputedStyle(document.documentElement);
  for (const name of config.colors) colors[name] = style.getPropertyValue(`--${name}`).trim();
}
