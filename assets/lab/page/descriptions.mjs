/* One sentence for each view and each chart: what it shows now, from the same numbers that are
   drawn. They are written when the page rests, and seldom: who hears them must be able to
   follow. */
import { clicked, found, setText, slot } from "#lab/lib/dom.mjs";
import { plain } from "#lab/lib/format.mjs";
import { rateLosses } from "#lab/model/rate-losses.mjs";
import { snapshotOf } from "#lab/model/track.mjs";
import { VIEWS, isView } from "#lab/page/views.mjs";
import { isBehind } from "#lab/panels/panels.mjs";
import { isEndHidden, isHidden } from "#lab/state/curtain.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { emit } from "#lab/state/events.mjs";
import { spoken } from "#lab/state/spoken.mjs";
import { CARD_ORDER, state } from "#lab/state/store.mjs";
import { say } from "#lab/views/words.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").ChartContents} ChartContents
 * @typedef {import("#types").View} View
 */

// Milliseconds between two sentences.
const PAUSE = 2000;

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
    : `${shown} After ${sweep.end} epochs the best is ${say(lowest)}, at ${plain(rates[best])} (star)${right}.`;
}

/** The panels with a chart, or a table that is described like one.
 * @type {(keyof ChartContents)[]} */
const CHARTS = ["rate-axis", "loss-by-rate", "sharpness", "compare", "map"];

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
      ? VIEWS[name].sentence(state.sweep, snapshotOf(state.track, state.wanted))
      : chartWords(/** @type {keyof ChartContents} */ (name));

/** @param {keyof ChartContents} name */
const chartWords = (name) =>
  saidIn(name)?.words ||
  panelOf(name)?.dataset.waiting ||
  (isBehind(name) ? "" : "Nothing to show yet.");

/* ---- saying them ---- */

const NAMES = [
  "descent-path",
  ...CARD_ORDER.filter((name) => name !== "descent-path"),
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
