/* The activation functions with their derivatives. */
import { clicked, makeSvg, slot } from "#lab/lib/dom.mjs";
import { ACTIVATIONS } from "#lab/model/network.mjs";
import { backend } from "#lab/state/backend.mjs";
import { emit } from "#lab/state/events.mjs";

/** @param {import("#lab/model/sweep.mjs").Sweep} sweep */
export function activations(sweep) {
  for (const name of Object.keys(ACTIVATIONS)) {
    const target = slot(`curve-${name}`);
    if (!target.firstChild) target.append(activationCurve(ACTIVATIONS[name]));
    const hasUnits = sweep.settings.hidden_units > 0;
    const card = /** @type {HTMLButtonElement} */ (target.parentElement);
    card.setAttribute("aria-pressed", String(hasUnits && sweep.settings.activation === name));
    card.disabled = !hasUnits || !backend.canTrain;
  }
}

/** A card that is pressed becomes the activation of the network on show. */
export function bindActivations() {
  document.addEventListener("click", (event) => {
    const activation = clicked(event, ".activation-row")?.dataset.activation;
    if (activation) emit("choose", { activation });
  });
}

/** @param {import("#lab/model/network.mjs").Activation} activation */
function activationCurve({ value, slope }) {
  const [width, height, reach, low, high] = [132, 66, 3, -1.4, 2.2];
  const drawing = makeSvg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    "aria-hidden": "true",
  });
  const x = (/** @type {number} */ z) => ((z + reach) / (2 * reach)) * width;
  const y = (/** @type {number} */ v) => height - ((v - low) / (high - low)) * height;
  const trace = (/** @type {(z: number) => number} */ f) =>
    Array.from({ length: 121 }, (_, k) => -reach + (k * reach) / 60)
      // What jumps at 0 is drawn from both of its sides.
      .flatMap((z) => (z === 0 ? [-1e-9, 1e-9] : [z]))
      .map((z) => `${x(z).toFixed(1)},${y(f(z)).toFixed(1)}`)
      .join(" ");
  drawing.append(
    makeSvg("path", { d: `M0 ${y(0)}H${width}M${x(0)} 0V${height}`, class: "axis" }),
    makeSvg("polyline", { points: trace(slope), class: "slope" }),
    makeSvg("polyline", { points: trace(value), class: "value" }),
  );
  return drawing;
}
