/* One sentence for each view and each chart: what it shows now, from the same numbers that are
   drawn. They are written when the page rests, and seldom: who hears them must be able to
   follow. */
import { clicked, found, setText, slot } from "#lab/lib/dom.mjs";
import { format, plain } from "#lab/lib/format.mjs";
import { percent } from "#lab/model/classes.mjs";
import { rateLosses } from "#lab/model/rate-losses.mjs";
import { snapshotOf } from "#lab/model/track.mjs";
import { zoomAt } from "#lab/model/zoom.mjs";
import { modelWords } from "#lab/page/model-words.mjs";
import { isBehind } from "#lab/panels/panels.mjs";
import { isEndHidden, isHidden, isStarHidden } from "#lab/state/curtain.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { emit } from "#lab/state/events.mjs";
import { spoken } from "#lab/state/spoken.mjs";
import { state } from "#lab/state/store.mjs";
import { isFlat } from "#lab/views/flat.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#types").ChartContents} ChartContents
 * @typedef {import("#types").View} View
 */

// Milliseconds between two sentences.
const PAUSE = 2000;

/** @param {number} value */
const say = (value, digits = 4) => format(value, digits);

/* ---- the views ---- */

/** A parameter has a short name; a direction is named by what it is. @param {string} name */
const quoted = (name) => (name.includes(" ") ? `“${name}”` : name);

/** @param {string} name @param {number} value */
const coordinate = (name, value) =>
  name.includes(" ") ? `${say(value)} along “${name}”` : `${name} ${say(value)}`;

/**
 * A point of the plane in words.
 * @param {{names: string[]}} plane
 * @param {number} first
 * @param {number} second
 */
export const here = ({ names }, first, second) =>
  `${coordinate(names[0], first)} and ${coordinate(names[1], second)}`;

/**
 * The epoch, and where numbers have overflowed which one is still shown.
 * @param {Snapshot} moment
 */
const when = ({ epoch, overflowed, shownEpoch }) =>
  overflowed ? `epoch ${epoch}, an overflow (shown is epoch ${shownEpoch})` : `epoch ${epoch}`;

/** @param {Sweep} sweep @param {Snapshot} moment */
const isOutside = ({ box }, { first, second }) =>
  first < box.first[0] || first > box.first[1] || second < box.second[0] || second > box.second[1];

/** @param {Sweep} sweep @param {Snapshot} moment */
const outside = (sweep, moment) => (isOutside(sweep, moment) ? ", which is off the chart" : "");

/** The same of the descent path, which zooms out. @param {Sweep} sweep @param {Snapshot} moment */
const farOut = (sweep, moment) =>
  zoomAt(sweep, moment.track, moment.index).plane === null
    ? outside(sweep, moment)
    : " (the picture has zoomed out; a dashed frame shows where it began)";

/** A sentence of its own where a plane shows little. @param {Sweep} sweep */
function hiddenWords(sweep) {
  const words = sweep.hiddenMotion(state.run);
  return words && ` Note: ${words}.`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
function surfaceWords(sweep, moment) {
  const { plane, optimum, box } = sweep;
  const what = isFlat() ? "contour of the train loss" : "train loss as a surface";
  const star = isStarHidden(sweep)
    ? ""
    : `; the star, ${optimum.name}, is at ${say(optimum.train_loss)}`;
  const beyond = moment.loss > box.height ? ", far above the chart" : outside(sweep, moment);
  return `The ${what} over ${plane.names.map(quoted).join(" and ")}: at ${when(moment)} the run is at a train loss of ${say(moment.loss)}${sweep.lossUnit}${beyond}${star}.${hiddenWords(sweep)}`;
}

/**
 * How much of a network's motion its plane shows, and how far the point is from it.
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 */
function planeWords(sweep, { offPlane }) {
  if (sweep.plane.is_exact) return "";
  const share = Math.round(100 * sweep.explained[state.run]);
  return ` This plane captures ${share} % of the motion; the point is ${say(offPlane, 2)} off it.${hiddenWords(sweep)}`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
function pathWords(sweep, moment) {
  const { track, first, second, loss } = moment;
  const rate = plain(sweep.learning_rates[state.run]);
  return `At learning rate ${rate} the path begins at ${here(sweep.plane, track.first(0), track.second(0))}, and at ${when(moment)} it is at ${here(sweep.plane, first, second)}${farOut(sweep, moment)}: the train loss goes from ${say(track.loss[0])} to ${say(loss)}.${planeWords(sweep, moment)}`;
}

/** @param {string} name @param {number} slope */
function slopeWords(name, slope) {
  const way =
    slope < 0 ? "the loss falls as it grows" : slope > 0 ? "the loss rises as it grows" : "level";
  return `${say(slope)} along ${quoted(name)} (${way})`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
function sectionWords({ plane }, moment) {
  const { firstSlope, secondSlope, loss } = moment;
  return `At ${when(moment)}, at a train loss of ${say(loss)}, the slope is ${slopeWords(plane.names[0], firstSlope)} and ${slopeWords(plane.names[1], secondSlope)}.`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
function fitWords(sweep, moment) {
  const examples = `its train loss over ${sweep.targets.length} examples is ${say(moment.loss)}${sweep.lossUnit}`;
  return `At ${when(moment)} ${modelWords(sweep, moment)}; ${examples}.`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
function curveWords(sweep, moment) {
  const { track, index, loss } = moment;
  const held = track.validation ? `, the validation loss ${say(track.validation[index])}` : "";
  const last = sweep.last_loss[state.run];
  const end =
    last === null
      ? `it overflows at epoch ${sweep.overflow_at[state.run]}`
      : `its end, at epoch ${sweep.end}, is ${say(last)}${endAccuracy(sweep)}`;
  const ahead = isHidden("ahead", state.run) || moment.overflowed ? "" : `; ${end}`;
  return `The train loss begins at ${say(track.loss[0])} and at ${when(moment)} is ${say(loss)}${sweep.lossUnit}${held}${accuracyNow(sweep, moment)}${ahead}.`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
function accuracyNow(sweep, { track, index, overflowed }) {
  const { accuracy, validationAccuracy: held } = track;
  if (!accuracy || overflowed) return "";
  const { targets, validationCount } = sweep;
  const validation = held ? ` (validation ${percent(held[index], validationCount)})` : "";
  return `, the accuracy ${percent(accuracy[index], targets.length)}${validation}`;
}

/** @param {Sweep} sweep */
function endAccuracy(sweep) {
  const words = sweep.accuracyWords(state.run);
  return words && `, with an accuracy of ${words}`;
}

/**
 * The ends that stand out behind a curtain; without one the picture has them all.
 * @param {Sweep} sweep
 * @param {import("#lab/model/rate-losses.mjs").Losses} ends
 */
function revealedWords({ learning_rates: rates, end }, ends) {
  if (!isEndHidden()) return "";
  const words = ends.flatMap((loss, run) =>
    loss === undefined ? [] : [`${say(loss ?? NaN)} at ${plain(rates[run])}`],
  );
  return words.length ? `Revealed, after ${end} epochs: ${words.join(", ")}.` : "";
}

/** @param {Sweep} sweep */
function rateWords(sweep) {
  const losses = rateLosses(sweep, snapshotOf(state.track, state.wanted).epoch);
  const { rates, now, ends, epoch, best } = losses;
  const places = rates.length - 1;
  const revealed = revealedWords(sweep, ends);
  if (epoch > 0 && isHidden("strip")) return revealed;
  const accuracy = best < 0 ? "" : sweep.accuracyWords(best);
  const right = accuracy && `, where the accuracy is ${accuracy}`;
  const shown = `At epoch ${epoch} the train loss goes from ${say(now[0] ?? NaN)} at ${plain(rates[0])} to ${say(now[places] ?? NaN)} at ${plain(rates[places])}.`;
  const lowest = ends[best] ?? null;
  return lowest === null
    ? [shown, revealed].filter(Boolean).join(" ")
    : `${shown} After ${sweep.end} epochs the lowest is ${say(lowest)}, at ${plain(rates[best])} (star)${right}.`;
}

/** @type {Record<View, (sweep: Sweep, moment: Snapshot) => string>} */
const VIEWS = {
  "loss-surface": surfaceWords,
  "descent-path": pathWords,
  "cross-sections": sectionWords,
  fit: fitWords,
  curves: curveWords,
};
/** The panels with a chart, or a table that is described like one.
 * @type {(keyof ChartContents)[]} */
const CHARTS = ["rate-axis", "loss-by-rate", "sharpness", "compare", "map"];

/** @param {string} name @returns {name is View} */
export const isView = (name) => name in VIEWS;

/** An open panel. @param {string} name @returns {HTMLElement | null} */
const panelOf = (name) => document.querySelector(`[data-panel="${name}"]`);

/** The sentence and the contents of a panel's chart; nothing while it has nothing to show or stands
 * behind the curtain.
 * @param {keyof ChartContents} name */
function saidIn(name) {
  const panel = panelOf(name);
  if (!panel || panel.classList.contains("waiting") || isBehind(name)) return undefined;
  return drawn.said.get(slot(name));
}

/**
 * What a panel's chart is drawn of, or null.
 * @template {keyof ChartContents} Name
 * @param {Name} name
 */
export const shownIn = (name) =>
  /** @type {ChartContents[Name] | null} */ (saidIn(name)?.shown ?? null);

/** The sentence of a view or a panel. @param {string} name */
export const wordsFor = (name) =>
  name === "rate-curve"
    ? rateWords(state.sweep)
    : isView(name)
      ? VIEWS[name](state.sweep, snapshotOf(state.track, state.wanted))
      : chartWords(/** @type {keyof ChartContents} */ (name));

/** @param {keyof ChartContents} name */
const chartWords = (name) =>
  saidIn(name)?.words ||
  panelOf(name)?.dataset.waiting ||
  (isBehind(name) ? "" : "Nothing to show yet.");

/* ---- saying them ---- */

const NAMES = [
  "descent-path",
  ...Object.keys(VIEWS).filter((name) => name !== "descent-path"),
  "rate-curve",
  ...CHARTS,
];

/** @param {string} name */
const isShown = (name) => Boolean(found(`${name}-words`)?.getClientRects().length);

/** All sentences at once would talk for half a minute: only the view in which the focus was last is
    read out, else the first that is on show. The others are up to date for those who go there. */
const speakerOf = () => (isShown(spoken.attended) ? spoken.attended : NAMES.find(isShown));

export function describe() {
  clearTimeout(spoken.timer);
  const wait = spoken.saidAt + PAUSE - performance.now();
  if (wait <= 0) {
    describeNow();
    return;
  }
  // What has moved again by then rests again later.
  spoken.timer = window.setTimeout(() => !state.playing && !state.held && describe(), wait);
}

export function describeNow() {
  spoken.saidAt = performance.now();
  const speaker = speakerOf();
  for (const name of NAMES) {
    const target = found(`${name}-words`);
    if (!target) continue;
    target.setAttribute("aria-live", name === speaker ? "polite" : "off");
    setText(target.id, wordsFor(name));
  }
  emit("described");
}

export function bindDescriptions() {
  document.addEventListener("focusin", (event) => {
    const part = clicked(event, "[data-table], .card-view, [data-panel]");
    if (!part) return;
    const { table, panel } = part.dataset;
    spoken.attended = table || panel || part.id.replace("-card", "");
  });
}
