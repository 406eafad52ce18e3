/* One sentence for each view and each chart: what it shows now, from the same numbers that are
   drawn. They are written when the page rests, and seldom: who hears them must be able to
   follow. */
import { clicked, found, setText, slot } from "#lab/lib/dom.mjs";
import { format, formatDown, plain } from "#lab/lib/format.mjs";
import { snapshotOf } from "#lab/model/track.mjs";
import { modelWords } from "#lab/page/model-words.mjs";
import { chartIn } from "#lab/panels/chart.mjs";
import { lossWords } from "#lab/panels/compare.mjs";
import { isBehind } from "#lab/panels/panels.mjs";
import { emit } from "#lab/state/events.mjs";
import { labelOf } from "#lab/state/fields.mjs";
import { spoken } from "#lab/state/spoken.mjs";
import { STOPS, state } from "#lab/state/store.mjs";
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
const outside = (sweep, moment) =>
  isOutside(sweep, moment) ? ", which is outside this picture" : "";

/** @param {Sweep} sweep @param {Snapshot} moment */
function surfaceWords(sweep, moment) {
  const { plane, optimum, box } = sweep;
  const what = isFlat() ? "contour of the train loss" : "train loss as a surface";
  const star = state.hidden.has("optimum")
    ? ""
    : `; the star, ${optimum.name}, is at ${say(optimum.train_loss)}`;
  const beyond =
    !isOutside(sweep, moment) && moment.loss > box.height
      ? ", above this picture"
      : outside(sweep, moment);
  return `The ${what} over ${plane.names.map(quoted).join(" and ")}: at ${when(moment)} the run is at a train loss of ${say(moment.loss)}${beyond}${star}.`;
}

/** @param {Sweep} sweep @param {Snapshot} moment */
function pathWords(sweep, moment) {
  const { track, first, second, loss } = moment;
  const rate = plain(sweep.learning_rates[state.run]);
  return `At learning rate ${rate} the path begins at ${here(sweep.plane, track.first(0), track.second(0))}, and at ${when(moment)} it is at ${here(sweep.plane, first, second)}${outside(sweep, moment)}: the train loss goes from ${say(track.loss[0])} to ${say(loss)}.`;
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
  const examples = `its train loss over ${sweep.targets.length} examples is ${say(moment.loss)}`;
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
      : `its end, at epoch ${sweep.end}, is ${say(last)}`;
  const ahead = state.hidden.has("ahead") || moment.overflowed ? "" : `; ${end}`;
  return `The train loss begins at ${say(track.loss[0])} and at ${when(moment)} is ${say(loss)}${held}${ahead}.`;
}

/* ---- the charts of the side panels: `shown` is what they are drawn of ---- */

/** @param {ChartContents["rate-axis"]} shown */
function stepWords({ rate, now, landing, best, rise, fallsOn }) {
  const way = landing > now ? "up" : landing < now ? "down" : "nowhere";
  const lowest = fallsOn
    ? "; larger rates lower it still"
    : best
      ? `; the lowest is at ${say(best, 3)}`
      : "; no rate lowers it";
  const limit = rise ? `, and from ${formatDown(rise)} on it goes up` : "";
  return `One step at learning rate ${plain(rate)} takes the train loss ${way} from ${say(now)} to ${say(landing)}${lowest}${limit}.`;
}

/** @param {ChartContents["loss-by-rate"]} shown */
function rateWords({ rates, now, ends, epoch }) {
  const known = now.filter((loss) => Number.isFinite(loss));
  const least = Math.min(...ends.filter((loss) => loss !== null));
  const end = state.hidden.has("ahead")
    ? ""
    : `; at the end the lowest is ${say(least)}, at ${plain(rates[ends.indexOf(least)])}`;
  return `At epoch ${epoch} the train losses of ${known.length} learning rates lie between ${say(Math.min(...known))} and ${say(Math.max(...known))}${end}.`;
}

/** @param {ChartContents["sharpness"]} shown */
function sharpnessWords({ epochs, values, thresholds }) {
  const last = epochs.length - 1;
  const threshold = thresholds[last];
  const limit = threshold ? `, where the dotted limit is ${say(threshold, 3)}` : "";
  return `Sharpness goes from ${say(values[0], 3)} at epoch ${epochs[0]} to ${say(values[last], 3)} at epoch ${epochs[last]}${limit}.`;
}

/** @param {ChartContents["compare"]} shown */
function compareWords({ runs, names }) {
  const { epoch } = snapshotOf(state.track, state.wanted);
  const losses = runs.map((run, k) => `${names[k]} at ${lossWords(run, epoch)}`);
  return `Train losses at epoch ${epoch}: ${losses.join("; ")}.`;
}

/** @param {ChartContents["map"]} shown */
function mapWords({ map }) {
  const ended = map.rows.flatMap((row) => row.last_loss || []).filter((loss) => loss !== null);
  if (!ended.length) return "No row of the map is done yet.";
  return `Of ${map.values.length} values of ${labelOf(map.field)}, ${map.rows.length} are done at ${STOPS} learning rates each: the lowest train loss at an end is ${say(Math.min(...ended))}.`;
}

/** @type {Record<View, (sweep: Sweep, moment: Snapshot) => string>} */
const VIEWS = {
  "loss-surface": surfaceWords,
  "descent-path": pathWords,
  "cross-sections": sectionWords,
  fit: fitWords,
  curves: curveWords,
};
/** @type {{[Name in keyof ChartContents]: (shown: ChartContents[Name]) => string}} */
const CHARTS = {
  "rate-axis": stepWords,
  "loss-by-rate": rateWords,
  sharpness: sharpnessWords,
  compare: compareWords,
  map: mapWords,
};

/** @param {string} name @returns {name is View} */
export const isView = (name) => name in VIEWS;

/** An open panel. @param {string} name @returns {HTMLElement | null} */
const panelOf = (name) => document.querySelector(`[data-panel="${name}"]`);

/**
 * What a panel's chart is drawn of; null while it has nothing to show or stands behind the curtain.
 * @template {keyof ChartContents} Name
 * @param {Name} name
 * @returns {ChartContents[Name] | null}
 */
export function shownIn(name) {
  const panel = panelOf(name);
  if (!panel || panel.classList.contains("waiting") || isBehind(name)) return null;
  const place = name === "compare" ? slot(name) : chartIn(name);
  return /** @type {{shown?: ChartContents[Name] | null}} */ (place).shown || null;
}

/** The sentence of a view or a panel. @param {string} name */
export const wordsFor = (name) =>
  isView(name)
    ? VIEWS[name](state.sweep, snapshotOf(state.track, state.wanted))
    : chartWords(/** @type {keyof ChartContents} */ (name));

/**
 * @template {keyof ChartContents} Name
 * @param {Name} name
 */
function chartWords(name) {
  const shown = shownIn(name);
  if (shown) return CHARTS[name](shown);
  return panelOf(name)?.dataset.waiting || (isBehind(name) ? "" : "Nothing to show yet.");
}

/* ---- saying them ---- */

const NAMES = [
  "descent-path",
  ...Object.keys(VIEWS).filter((name) => name !== "descent-path"),
  ...Object.keys(CHARTS),
];

/** @param {string} name */
const isShown = (name) => Boolean(found(`${name}-words`)?.checkVisibility());

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
    const part = clicked(event, ".card-view, [data-panel]");
    if (part) spoken.attended = part.dataset.panel || part.id.replace("-card", "");
  });
}
