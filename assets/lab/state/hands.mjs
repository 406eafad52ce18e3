/* How many of a class guessed what: an outcome of the rate on show, or one of the rates. Kept until
   the tab is closed. */
import { config } from "#lab/state/config.mjs";
import { runsKey } from "#lab/state/curtain.mjs";
import { state } from "#lab/state/store.mjs";

/** The answers, by the colour of the cells that they speak of. */
export const ANSWERS = config.answers;
export const MOST_HANDS = 999;
const KEPT = "hands";

/**
 * @typedef {object} Hands
 * @property {boolean} isOpen
 * @property {"outcome" | "rate"} question
 * @property {string} of the sweep whose runs were guessed
 * @property {Record<string, number[]>} outcomes by learning rate, the hands for each answer
 * @property {Record<string, number>} rates the hands for each learning rate
 */

/** @type {Hands} */
export const hands = { isOpen: false, question: "outcome", of: "", outcomes: {}, rates: {} };

const isOfThisSweep = () => hands.of === runsKey(state.sweep);

/** The hands for each answer at a learning rate; of the other question there is one.
 * @param {number} rate */
export function handsFor(rate) {
  const none = hands.question === "rate" ? [0] : ANSWERS.map(() => 0);
  if (!isOfThisSweep()) return none;
  const { [rate]: outcomes = none } = hands.outcomes;
  return hands.question === "rate" ? [hands.rates[rate] ?? 0] : outcomes;
}

/** The learning rates for which a hand is up. */
export function ratesWithHands() {
  if (!isOfThisSweep()) return [];
  const rates = Object.keys(hands.question === "rate" ? hands.rates : hands.outcomes);
  return rates.map(Number).filter((rate) => handsFor(rate).some((count) => count > 0));
}

/**
 * Another sweep's runs are another guess.
 * @param {number} rate
 * @param {number} answer
 * @param {number} count
 */
export function setHands(rate, answer, count) {
  if (!isOfThisSweep()) Object.assign(hands, { of: runsKey(state.sweep), outcomes: {}, rates: {} });
  const known = Math.min(Math.max(Math.round(count) || 0, 0), MOST_HANDS);
  if (hands.question === "rate") hands.rates[rate] = known;
  else hands.outcomes[rate] = handsFor(rate).map((one, k) => (k === answer ? known : one));
  keepHands();
}

/** Of the question that is asked. */
export function clearHands() {
  Object.assign(hands, hands.question === "rate" ? { rates: {} } : { outcomes: {} });
  keepHands();
}

export function keepHands() {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(hands));
  } catch {
    // They are counted until the page is closed.
  }
}

export function recallHands() {
  try {
    Object.assign(hands, JSON.parse(sessionStorage.getItem(KEPT) ?? "{}"));
  } catch {
    // Nothing was kept.
  }
}
