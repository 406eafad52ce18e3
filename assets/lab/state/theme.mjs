/* The theme's colours, as components/theme.py names them, and the style sheets' measures. */
import { config } from "#lab/state/config.mjs";

// The theme's colours by meaning; the same object for all, so that a change of theme reaches them.
/** @type {Record<string, string>} */
export const colors = {};

// What the style sheets decide and the canvases need: in pixels the room for an axis's numbers, and
// the height of the training curves from which there is room for weight and bias below the loss;
// how much of a class's colour is in the ground that stands for it.
export const measures = { axis: 0, tall: 0, ground: 0.5 };

export function readMeasures() {
  const style = getComputedStyle(document.body);
  measures.axis = parseFloat(style.getPropertyValue("--axis"));
  measures.tall = parseFloat(style.getPropertyValue("--tall"));
  measures.ground = parseFloat(style.getPropertyValue("--ground"));
}

export function readColors() {
  readMeasures();
  const style = getComputedStyle(document.documentElement);
  for (const name of config.colors) colors[name] = style.getPropertyValue(`--${name}`).trim();
}
