/* The loss after one step, as a curve over the learning rate. */
import { geometricMean } from "#lab/lib/geometry.mjs";

/**
 * @typedef {import("#types").StepCurve} StepCurve
 * @typedef {object} Step
 * @property {number} now the loss before it
 * @property {number} slope the change of the loss for each unit of a small rate
 * @property {(rate: number) => number} after the loss after it
 */

// The decades in which the axis begins: numbers of usual size need the first, which is the slider's
// too, a sum of squares of 10^18 the last.
const FIRST_DECADE = -4;
const LAST_DECADE = -20;
// What rounding alone may change of a loss.
const ROUNDING = 1e-9;

/** Whether a loss is higher than the one now, or no number; by rounding alone it is not.
 * @param {number} loss @param {number} now */
export const isHigher = (loss, now) => !(loss <= now * (1 + ROUNDING));
/** @param {number} loss @param {number} now */
export const isLower = (loss, now) => loss < now * (1 - ROUNDING);

/**
 * Where the axis begins: low enough that a whole decade of it lowers the loss, if any rate does. Of
 * large numbers, such as a predictor in thousands, only steps of a tiny rate do.
 * @param {Step} step
 */
export function lowestRate({ now, slope, after }) {
  const rises = (/** @type {number} */ rate) => isHigher(after(rate), now);
  let decade = FIRST_DECADE;
  if (slope < 0) while (decade > LAST_DECADE && rises(Number(`1e${decade + 1}`))) decade -= 1;
  return Number(`1e${decade}`);
}

/**
 * The loss after one step of each rate; where it is best, and from where on the loss goes up.
 * @param {Step} step
 * @param {[number, number]} range of the rates
 * @param {{samples: number, halvings: number}} effort
 * @returns {StepCurve}
 */
export function stepCurve({ now, slope, after }, [low, high], { samples, halvings }) {
  const rates = Array.from(
    { length: samples },
    (_, k) => low * (high / low) ** (k / (samples - 1)),
  );
  const losses = rates.map(after);
  const least = losses.reduce((best, loss, k) => (loss < losses[best] ? k : best), 0);
  const rise = losses.findIndex((loss) => isHigher(loss, now));
  const fall = rise < 0 ? -1 : losses.findIndex((loss, k) => k > rise && !isHigher(loss, now));
  const best = isLower(losses[least], now)
    ? bestRate({ rates, losses, after }, least, halvings)
    : null;
  return {
    now,
    slope,
    rates,
    losses,
    after,
    fallsOn: best === rates[samples - 1],
    fall: fall < 0 ? null : rates[fall],
    best,
    rise: narrowRise({ rates, after, now }, rise, halvings),
  };
}

/**
 * From where on the loss goes up: between the last sample that does not raise it and the first that
 * does; null where none does.
 * @param {Pick<StepCurve, "rates" | "after" | "now">} curve
 * @param {number} rise the index of that first sample; -1 for none
 * @param {number} halvings
 */
function narrowRise({ rates, after, now }, rise, halvings) {
  if (rise <= 0) return rise < 0 ? null : rates[0];
  let [low, high] = [rates[rise - 1], rates[rise]];
  for (let k = 0; k < halvings; k++) {
    const middle = geometricMean(low, high);
    if (isHigher(after(middle), now)) high = middle;
    else low = middle;
  }
  return low;
}

/**
 * The best rate around the least sample, which it may be itself, as at the end of the range.
 * @param {Pick<StepCurve, "rates" | "losses" | "after">} curve
 * @param {number} least its index
 * @param {number} halvings
 */
function bestRate({ rates, losses, after }, least, halvings) {
  const around = [rates[Math.max(least - 1, 0)], rates[Math.min(least + 1, rates.length - 1)]];
  const between = narrowBest(after, around, halvings);
  return after(between) < losses[least] ? between : rates[least];
}

/**
 * Golden section between two rates around the least sample.
 * @param {(rate: number) => number} after
 * @param {number[]} around
 * @param {number} halvings
 */
function narrowBest(after, [low, high], halvings) {
  const share = (Math.sqrt(5) - 1) / 2;
  for (let k = 0; k < halvings; k++) {
    const [a, b] = [low + (1 - share) * (high - low), low + share * (high - low)];
    if (after(a) < after(b)) high = b;
    else low = a;
  }
  return (low + high) / 2;
}
