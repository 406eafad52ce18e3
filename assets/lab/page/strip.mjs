/* The strip of outcomes at the foot of the rates' curve, its legend, and the mark on both. */
import { all, element, make, setText } from "#lab/lib/dom.mjs";
import { formatDown, plain } from "#lab/lib/format.mjs";
import { lossRange } from "#lab/model/loss-range.mjs";
import { hasDiverged, outcomeName } from "#lab/model/verdicts.mjs";
import { isEndHidden, isHidden } from "#lab/state/curtain.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { STOPS, overlays, state } from "#lab/state/store.mjs";

/** @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep */

/** @param {Sweep} sweep */
export function showSweep(sweep) {
  showVerdicts(sweep);
  showLegend(sweep);
  placeEdge(sweep);
  element("taller").hidden = !sweep.plane.is_exact;
}

/** @param {Sweep} sweep */
function showVerdicts(sweep) {
  const { verdicts, arrived, learning_rates: rates } = sweep;
  all("#strip .cell").forEach((cell, run) => {
    const isCovered = isHidden("strip", run);
    cell.dataset.verdict = isCovered ? "" : verdicts[run];
    cell.dataset.arrived = isCovered ? "" : String(arrived[run]);
    cell.title = plain(rates[run]) + (isCovered ? "" : `: ${titleOf(sweep, run)}`);
  });
}

/** A run's outcome and, of classes, how many are right at its end. @param {Sweep} sweep
 * @param {number} run */
function titleOf(sweep, run) {
  const share = sweep.lastAccuracy(run);
  const accuracy = share === null || isNaN(share) ? "" : `, accuracy ${sweep.accuracyWords(run)}`;
  return outcomeName(sweep, run) + accuracy;
}

/* ---- the legend ---- */

/** The lines of the curve. @param {Sweep} sweep @param {number} epoch */
export function showLines(sweep, epoch) {
  const { title, unit } = sweep.loss;
  setText("legend-now", `${unit ? title : "train loss"} at epoch ${epoch}${unit && `, ${unit}`}`);
  setText("legend-end", isEndHidden() ? "" : `after ${sweep.end} epochs`);
}

/** The outcomes that occur, in the order of the strip. @param {Sweep} sweep */
function showLegend(sweep) {
  const { verdicts, arrived } = sweep;
  /** @type {Map<string, HTMLElement>} */
  const entries = new Map();
  verdicts.slice(0, STOPS).forEach((verdict, run) => {
    if (isHidden("strip", run)) return;
    const words = outcomeName(sweep, run);
    if (!entries.has(words)) entries.set(words, legendEntry(words, verdict, arrived[run]));
  });
  element("legend").replaceChildren(...entries.values());
}

/**
 * @param {string} textContent
 * @param {import("#types").Verdict} verdict
 * @param {boolean} hasArrived
 */
function legendEntry(textContent, verdict, hasArrived) {
  const swatch = make("i", { className: "cell" });
  Object.assign(swatch.dataset, {
    verdict: hasDiverged(verdict) ? "diverged" : verdict,
    arrived: String(hasArrived),
  });
  return make("span", { className: "key" }, [swatch, textContent]);
}

/* ---- the mark ---- */

/** Puts the mark where the stability edge is, if the slider reaches it. @param {Sweep} sweep */
function placeEdge(sweep) {
  const { stability_edge: edge, learning_rates: rates } = sweep;
  const mark = element("edge");
  mark.hidden = isHidden("mark") || edge === null;
  if (edge === null || mark.hidden) return forgetEdge();
  const side = Number(edge > rates[STOPS - 1]) - Number(edge < rates[0]);
  const place = Math.max(Math.min(sweep.place(edge), STOPS - 1), 0);
  mark.style.setProperty("--place", String(place / (STOPS - 1)));
  // Beyond the slider's ends there is no line, but the words stay, and an arrow says where it is.
  mark.classList.toggle("beyond", side !== 0);
  nameEdge(sweep, edge, side);
  placeWords(sweep, place);
}

/** Behind a curtain not even a script finds it. */
function forgetEdge() {
  drawn.markWords = null;
  for (const part of ["fact-edge-label", "fact-edge", "edge-after", "edge-after-short"])
    setText(part, "");
  element("edge").style.removeProperty("--place");
}

/** @param {Sweep} sweep @param {number} edge @param {number} side of the slider: -1, 1, 0 on it */
function nameEdge(sweep, edge, side) {
  const isCritical = sweep.hasCriticalRate;
  const label = isCritical ? "beyond " : `${sweep.stability_edge_formula} = `;
  const [before, after] = [side < 0 ? "← " : "", side > 0 ? " →" : ""];
  setText("fact-edge-label", before + label);
  setText("fact-edge", formatDown(edge));
  setText("edge-after", (isCritical ? " training diverges" : " at the start") + after);
  // A network's curvature moves while it trains: there it is a hint, not a border.
  element("edge").classList.toggle("hint", !isCritical);
  setText("edge-after-short", (isCritical ? " diverges" : "") + after);
}

// The part of the picture's height that the words at its foot take.
const LOWER = 0.45;

/**
 * The words stand on the side that has room, low where no curve ends below them.
 * @param {Sweep} sweep
 * @param {number} place of the mark, in stops
 */
function placeWords(sweep, place) {
  const mark = element("edge");
  const across = overlays["rate-curve"].host.clientWidth / STOPS;
  const width = element("edge-words").offsetWidth + 12;
  const isLeft = (STOPS - 1 - place) * across < width;
  const [from, to] = isLeft ? [place - width / across, place] : [place, place + width / across];
  const start = sweep.train_loss[0];
  const [bottom, top] = lossRange(sweep, STOPS);
  const low = Math.min(start, 10 ** (bottom + LOWER * (top - bottom)));
  const ends = isEndHidden() ? [] : sweep.last_loss;
  const isLow = ends
    .slice(Math.max(Math.ceil(from), 0), Math.min(Math.ceil(to), STOPS))
    .every((loss) => loss === null || loss > low);
  drawn.markWords = { from, to, isLow };
  mark.classList.toggle("left", isLeft);
  mark.classList.toggle("high", !isLow);
}

export const followWidth = () =>
  new ResizeObserver(() => placeEdge(state.sweep)).observe(element("strip"));
