/* The strip of verdicts below the learning rate, the mark on it, and their names. */
import { all, element, setText } from "#lab/lib/dom.mjs";
import { formatDown, plain } from "#lab/lib/format.mjs";
import { verdictName } from "#lab/model/verdicts.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { STOPS, state } from "#lab/state/store.mjs";

/** @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep */

/** @param {Sweep} sweep */
export function showSweep(sweep) {
  showVerdicts(sweep);
  nameStrip();
  placeEdge(sweep);
  nameEdge(sweep);
  setText("nudge", nudge(sweep));
  element("facts").title = "Sharpness is the steepest curvature of the loss here.";
}

/** @param {Sweep} sweep */
function showVerdicts({ verdicts, learning_rates: rates }) {
  const isHidden = state.hidden.has("strip");
  drawn.verdicts = isHidden ? [] : verdicts.map(verdictName);
  all("#strip .cell").forEach((cell, run) => {
    cell.dataset.verdict = isHidden ? "" : verdicts[run];
    cell.title = plain(rates[run]) + (isHidden ? "" : `: ${verdictName(verdicts[run])}`);
  });
}

/** Puts the mark where the stability edge is, if the slider reaches it. @param {Sweep} sweep */
function placeEdge(sweep) {
  const { stability_edge: edge, learning_rates: rates } = sweep;
  const mark = element("edge");
  const place = edge === null ? NaN : sweep.place(edge);
  const isOnStrip = edge !== null && edge >= rates[0] && edge <= 1;
  mark.hidden = state.hidden.has("mark") || !isOnStrip;
  mark.style.setProperty("--place", String(place / (STOPS - 1)));
  mark.classList.toggle("left", place > 26);
}

/** @param {Sweep} sweep */
function nameEdge(sweep) {
  const { stability_edge: edge, stability_edge_formula: formula } = sweep;
  const isCritical = edgeIsCritical(sweep);
  const shown = edge === null ? "–" : formatDown(edge);
  setText("edge-short", `${formula} ${shown}`);
  setText(
    "edge-long",
    isCritical
      ? `critical: ${formula} = ${shown}`
      : `${formula} at the start, ${shown}: steps may overshoot from here`,
  );
  setText("fact-edge", state.hidden.has("mark") ? "?" : shown);
  setText("fact-edge-label", edgeLabel(sweep, isCritical));
}

/** What to try with the learning rate; the mark has its place already. @param {Sweep} sweep */
function nudge(sweep) {
  if (state.hidden.has("hints")) return "";
  if (element("edge").hidden) return "Drag me.";
  return edgeIsCritical(sweep)
    ? "Drag me. Past the mark, training breaks."
    : "Drag me. Past the mark, steps may overshoot.";
}

export const followWidth = () => new ResizeObserver(() => nameStrip()).observe(element("strip"));

/**
 * Only the linear model has one curvature for the whole way, and only equal steps a fixed limit.
 * @param {Sweep} sweep
 */
export const edgeIsCritical = ({
  is_linear: isLinear,
  settings,
  steps_per_epoch: steps,
  stability_edge: edge,
}) => isLinear && settings.schedule === "constant" && steps === 1 && edge !== null;

/**
 * The longer formulas stand at the mark itself.
 * @param {Sweep} sweep
 * @param {boolean} isCritical
 */
function edgeLabel(sweep, isCritical) {
  const { settings, stability_edge_numerator: numerator, stability_edge_formula: formula } = sweep;
  if (!numerator) return "adaptive: no fixed edge";
  if (settings.optimizer === "sgd")
    return isCritical ? `critical rate, ${formula}` : `${formula} at the start`;
  return isCritical ? "critical learning rate" : "edge at the start";
}

/** Each group of cells carries its verdict's name, the larger groups first, where there is room. */
function nameStrip() {
  const names = element("strip-names");
  names.replaceChildren();
  const width = names.clientWidth;
  /** @type {[number, number][]} */
  const taken = [];
  for (const { verdict, start, end } of verdictGroups()) {
    const name = names.appendChild(
      Object.assign(document.createElement("span"), { textContent: verdict }),
    );
    const middle = ((start + end) / 2 / STOPS) * width;
    const left = Math.min(Math.max(middle - name.offsetWidth / 2, 0), width - name.offsetWidth);
    const right = left + name.offsetWidth;
    if (taken.some(([a, b]) => left < b + 6 && right > a - 6)) {
      name.remove();
      continue;
    }
    taken.push([left, right]);
    name.style.left = `${left}px`;
  }
}

/** Neighbours with one verdict, the largest groups first; `end` is the first run after a group. */
function verdictGroups() {
  /** @type {{verdict: string, start: number, end: number}[]} */
  const groups = [];
  drawn.verdicts.slice(0, STOPS).forEach((verdict, run) => {
    const last = groups.at(-1);
    if (last?.verdict === verdict) last.end = run + 1;
    else groups.push({ verdict, start: run, end: run + 1 });
  });
  return groups.sort((a, b) => b.end - b.start - (a.end - a.start));
}
