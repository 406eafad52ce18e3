/* The readouts: epoch, train loss and accuracy, the learning rate at its slider, the chip of the
   outcome. */
import { element, setText } from "#lab/lib/dom.mjs";
import { format } from "#lab/lib/format.mjs";
import { percent } from "#lab/model/classes.mjs";
import { verdictName } from "#lab/model/verdicts.mjs";
import { config } from "#lab/state/config.mjs";
import { isHidden } from "#lab/state/curtain.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Snapshot} Snapshot
 */

/**
 * @param {Sweep} sweep
 * @param {number} run
 * @param {Snapshot} moment
 */
export function showFacts(sweep, run, moment) {
  const isCovered = isHidden("verdict", run);
  const verdict = isCovered ? "" : sweep.verdicts[run];
  const { dataset } = element("facts");
  const numbers = pointNumbers(moment);
  if (!sweep.plane.is_exact) for (const name of Object.keys(numbers)) delete dataset[name];
  const data = {
    ...runNumbers(sweep, run, moment),
    verdict,
    ...(sweep.plane.is_exact ? numbers : {}),
  };
  for (const [name, value] of Object.entries(data)) dataset[name] = String(value);
  setText("fact-epoch", String(moment.epoch));
  setText("epoch-end", String(sweep.end));
  showAccuracy(sweep, moment);
  setText("fact-train-loss", moment.overflowed ? "overflow" : format(moment.loss));
  setText("fact-verdict", isCovered ? "" : verdictName(sweep.verdicts[run]));
  element("fact-verdict").setAttribute("aria-describedby", `about-${verdict.replace(" ", "-")}`);
  Object.assign(element("fact-verdict").dataset, {
    verdict,
    arrived: isCovered ? "" : String(sweep.arrived[run]),
  });
}

/** What the readouts are called; those with classes have one more. @param {Sweep} sweep */
export function nameFacts({ settings, classes, loss }) {
  element("fact-accuracy-label").parentElement?.toggleAttribute("hidden", !classes);
  setText("fact-train-loss-label", ["train loss", loss.unit].filter(Boolean).join(", "));
  setText("about-train-loss", config.losses[settings.loss].about);
}

/** @param {Sweep} sweep @param {Snapshot} moment */
function showAccuracy({ targets }, { track, index, overflowed }) {
  const { dataset } = element("facts");
  delete dataset.accuracy;
  if (!track.accuracy) return setText("fact-accuracy", "");
  const share = overflowed ? NaN : track.accuracy[index];
  dataset.accuracy = String(Math.round(share * targets.length) / targets.length);
  return setText("fact-accuracy", percent(share, targets.length));
}

/**
 * What is known of a run and not hidden, for scripts that read the page.
 * @param {Sweep} sweep
 * @param {number} run
 * @param {Snapshot} moment
 */
const runNumbers = (sweep, run, moment) => ({
  learningRate: sweep.learning_rates[run],
  epoch: moment.epoch,
  trainLoss: moment.overflowed ? NaN : moment.loss,
  criticalLearningRate: isHidden("mark") ? "" : (sweep.stability_edge ?? ""),
  divergedAt: isHidden("verdict", run) ? "" : sweep.diverged_at[run],
  sweep: sweep.sweep_id,
});

/** The point of a line's fit, and the gradient there. @param {Snapshot} moment */
const pointNumbers = ({ overflowed, first, second, firstSlope, secondSlope }) => ({
  weight: overflowed ? NaN : first,
  bias: overflowed ? NaN : second,
  gradientWeight: overflowed ? NaN : firstSlope,
  gradientBias: overflowed ? NaN : secondSlope,
});
