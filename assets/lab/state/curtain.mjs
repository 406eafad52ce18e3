/* What is hidden from those who are to guess, and which learning rates have been revealed all the
   same. All that draws, says, lists or marks something asks `isHidden`; there is no other way. */
import { config } from "#lab/state/config.mjs";
import { state } from "#lab/state/store.mjs";

/** @typedef {import("#types").Part} Part */
/** @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep */

// What is known of one run; the other parts tell of all of them.
const OF_ONE_RUN = ["verdict", "strip", "ahead"];

/** The curtains that a link can name: over everything; or over what tells one rate from another,
 * while the steps of the one on show and the best fit stay in the pictures.
 * @type {Record<string, string[]>} */
export const CURTAINS = { 1: config.curtain, rates: ["verdict", "strip", "mark", "hints"] };

export const curtain = {
  // Whether the class's own curtain is drawn; a chapter hides parts without it.
  isDrawn: false,
  // Whether the run on show is played, to be revealed where it ends.
  isLanding: false,
  /** Of one sweep alone: another one's rates are still to be guessed.
   * @type {{of: string, rates: number[]}} */
  revealed: { of: "", rates: [] },
};

/** The same for all sweeps with the same runs, also with a typed one more.
 * @param {Pick<Sweep, "settings" | "train_loss">} sweep */
export function runsKey({ settings: { learning_rate: _, ...others }, train_loss: losses }) {
  return JSON.stringify([others, losses[0]]);
}

/**
 * Whether the curtain lies over a part of what is known of a run; without a run, of all runs.
 * @param {Part} part
 * @param {number} [run]
 */
export function isHidden(part, run) {
  if (!state.hidden.has(part)) return false;
  return run === undefined || !OF_ONE_RUN.includes(part) || !isRevealed(run);
}

/** @param {number} run */
export const isRevealed = (run) =>
  curtain.revealed.rates.includes(state.sweep.learning_rates[run]) &&
  curtain.revealed.of === runsKey(state.sweep);

/** Where there is no lowest point there is no star for it. @param {Sweep} sweep */
export const isStarHidden = ({ no_lowest_point: isEndless }) => isEndless || isHidden("optimum");

/** How a run ends shows in its outcome too. @param {number} [run] */
export const isEndHidden = (run) => isHidden("ahead", run) || isHidden("strip", run);

/** Lifts the curtain from one run. @param {number} run */
export function reveal(run) {
  const of = runsKey(state.sweep);
  const known = curtain.revealed.of === of ? curtain.revealed.rates : [];
  const rate = state.sweep.learning_rates[run];
  curtain.revealed = { of, rates: [...known.filter((one) => one !== rate), rate] };
}

/** How a link names what is hidden in free exploration. */
export function curtainWord() {
  if (curtain.isDrawn) return "1";
  return state.hidden.size ? "rates" : "";
}

/* ---- kept through a reload of the tab ---- */

const KEPT = "curtain";

export function keepCurtain() {
  try {
    if (curtain.isDrawn) sessionStorage.setItem(KEPT, JSON.stringify(curtain.revealed));
    else sessionStorage.removeItem(KEPT);
  } catch {
    // A browser that keeps nothing opens it at a reload.
  }
}

/** What this tab had revealed behind its curtain. */
export function keptCurtain() {
  try {
    const { of, rates } = JSON.parse(sessionStorage.getItem(KEPT) ?? "");
    return { of: String(of), rates: [...rates].map(Number) };
  } catch {
    return { of: "", rates: [] };
  }
}
