/* The side panels, one row each: each writes the current epoch's numbers into the slots that
   components/panels laid out, while it is open. */
import { all, side } from "#lab/lib/dom.mjs";
import { activations } from "#lab/panels/activations.mjs";
import { compare } from "#lab/panels/compare.mjs";
import { lossByRate } from "#lab/panels/loss-by-rate.mjs";
import { drawMap } from "#lab/panels/map-chart.mjs";
import { network } from "#lab/panels/network.mjs";
import { oneStep } from "#lab/panels/one-step.mjs";
import { parameters } from "#lab/panels/parameters.mjs";
import { rateAxis } from "#lab/panels/rate-axis.mjs";
import { rateTable } from "#lab/panels/rate-table.mjs";
import { sharpness } from "#lab/panels/sharpness.mjs";
import { tensor } from "#lab/panels/tensor.mjs";
import { drawUserData } from "#lab/panels/user-data.mjs";
import { backend } from "#lab/state/backend.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { state } from "#lab/state/store.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {object} Panel
 * @property {(sweep: Sweep, moment: Snapshot, params: Float32Array, gradients: Float32Array) =>
 *   void} draw gets params and gradients where it needs them
 * @property {"params" | "step" | "detail"} [needs] what only an inspection may bring, so that the
 *   panel waits for it; a step needs the parameters and the direction of the next one
 * @property {import("#types").Part[]} [behind] the parts of a curtain that the panel is behind, as
 *   it would tell what they hide
 */

/** @type {Record<string, Panel>} */
const PANELS = {
  "rate-axis": { draw: rateAxis, needs: "step", behind: ["ahead"] },
  "loss-by-rate": { draw: lossByRate, behind: ["strip"] },
  sharpness: { draw: sharpness, needs: "detail", behind: ["ahead", "verdict", "mark"] },
  compare: { draw: compare, behind: ["ahead"] },
  map: { draw: drawMap, behind: ["strip", "ahead", "verdict"] },
  "own-data": { draw: drawUserData },
  // Its texts are the page's own, see page/share.mjs.
  share: { draw: () => {} },
  "one-step": { draw: oneStep, needs: "step" },
  "rate-table": { draw: rateTable, needs: "step" },
  network: { draw: network, needs: "params" },
  activations: { draw: activations },
  parameters: { draw: parameters, needs: "params" },
  tensor: { draw: tensor, needs: "params" },
};
const CURTAIN = "Behind the curtain until the answer is shown.";

/** Whether the curtain is to hide this panel. @param {string} name */
export const isBehind = (name) => (PANELS[name].behind || []).some((part) => isHidden(part));

/**
 * Draws the panels that are open.
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 */
export function drawPanels(sweep, moment) {
  for (const open of all("[data-panel]", side())) drawPanel(open, sweep, moment);
}

/**
 * @param {HTMLElement} open
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 */
function drawPanel(open, sweep, moment) {
  const name = open.dataset.panel ?? "";
  const { draw, needs } = PANELS[name];
  const [waits, isCovered] = [lacks(needs, moment), isBehind(name)];
  open.classList.toggle("waiting", waits || isCovered);
  open.classList.toggle("curtained", isCovered);
  open.dataset.waiting = isCovered ? CURTAIN : waits ? backend.waiting : "";
  if (isCovered) forget(open);
  if (waits || isCovered) return;
  const { track, index } = moment;
  const params = /** @type {Float32Array} */ (track.paramsAt(index));
  draw(sweep, moment, params, /** @type {Float32Array} */ (track.gradientsAt(index)));
}

/** What a curtain hides is not left in the page either; the panel draws it anew.
 * @param {HTMLElement} open */
function forget(open) {
  for (const canvas of /** @type {NodeListOf<HTMLCanvasElement>} */ (all(".slot canvas", open))) {
    for (const name of Object.keys(canvas.dataset)) delete canvas.dataset[name];
    canvas.width = 0;
  }
  for (const cell of all(".slot td", open)) if (!cell.firstElementChild) cell.textContent = "";
}

/**
 * Whether what a panel needs has not come yet.
 * @param {Panel["needs"]} needs
 * @param {Snapshot} moment
 */
function lacks(needs, { track, index }) {
  if (needs === "detail") return !state.detail;
  if (needs && !track.paramsAt(index)) return true;
  return needs === "step" && !track.directionAt(index);
}
