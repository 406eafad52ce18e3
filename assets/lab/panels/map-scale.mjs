/* The colours of the map: of a run's loss or its accuracy at the end, or of when it diverged. */
import { tickText } from "#lab/lib/format.mjs";
import { percent } from "#lab/model/classes.mjs";
import { colorAt } from "#lab/lib/scale.mjs";
import { epochTicks, evenTicks, logTicks } from "#lab/lib/ticks.mjs";
import { isTrained } from "#lab/model/map-rows.mjs";
import { hasDiverged } from "#lab/model/verdicts.mjs";
import { config } from "#lab/state/config.mjs";
import { colors } from "#lab/state/theme.mjs";

/**
 * @typedef {import("#types").MapRow} MapRow
 * @typedef {import("#types").RateMap} RateMap
 * @typedef {[number, number]} Scale the lowest and the highest value
 * @typedef {{fill: string, alpha: number}} Paint
 */

/** 0 is the lowest loss, dark; 1 the highest, bright, as on the surface.
 * @param {number} part */
const surfaceColor = (part) => colorAt(config.scale, part);

/**
 * What of a row is coloured: the losses of the runs that did not diverge, or the epochs of the
 * others, counted from 1 for the logarithm.
 * @param {MapRow} row
 * @param {string} color
 */
function coloured(row, color) {
  if (color === "accuracy") return (row.accuracy ?? []).filter((share) => share !== null);
  if (color !== "last_loss")
    return row.diverged_at.filter((epoch) => epoch >= 0).map((epoch) => epoch + 1);
  return row.last_loss
    .filter((_, run) => !hasDiverged(row.verdicts[run]))
    .filter((loss) => loss !== null)
    .filter((loss) => loss > 0);
}

/**
 * The range of what is coloured; null where nothing is.
 * @param {RateMap["rows"]} rows
 * @param {string} color
 * @returns {Scale | null}
 */
export function scaleOf(rows, color) {
  const values = rows.filter(isTrained).flatMap((row) => coloured(row, color));
  return values.length ? [Math.min(...values), Math.max(...values)] : null;
}

/** @param {Scale} scale @param {number} value */
const partOf = ([low, high], value) => Math.log(value / low) / (Math.log(high / low) || 1);

/** What has no place on the scale: what diverged, or never did. @param {string} color */
export const restOf = (color) =>
  color === "diverged_at"
    ? { fill: colors.muted, alpha: 0.2, text: "never" }
    : { fill: colors.diverged, alpha: 0.85, text: color === "accuracy" ? "overflow" : "diverges" };

/**
 * How a run's cell is painted.
 * @param {MapRow} row
 * @param {number} run
 * @param {string} color
 * @param {Scale | null} scale
 * @returns {Paint}
 */
export function paintOf(row, run, color, scale) {
  if (color === "accuracy") return paintOfShare(row.accuracy?.[run] ?? null, scale);
  const value = color === "last_loss" ? row.last_loss[run] : row.diverged_at[run] + 1;
  const isOn = color === "last_loss" ? !hasDiverged(row.verdicts[run]) : Number(value) > 0;
  if (!scale || !isOn || value === null) return restOf(color);
  const part = partOf(scale, Math.max(value, 1e-30));
  return { fill: surfaceColor(color === "last_loss" ? part : 1 - part), alpha: 1 };
}

/** Dark is good here too. @param {Scale} scale @param {number} share */
const shareOf = ([low, high], share) => 1 - (share - low) / (high - low || 1);

/** @param {number | null} share @param {Scale | null} scale @returns {Paint} */
const paintOfShare = (share, scale) =>
  share === null || !scale
    ? restOf("accuracy")
    : { fill: surfaceColor(shareOf(scale, share)), alpha: 1 };

/** @param {Scale} scale @returns {import("#lab/views/color-bar.mjs").Bar} */
function shareBar(scale) {
  const { fill, alpha, text } = restOf("accuracy");
  const values = scale[0] < scale[1] ? evenTicks(scale) : [scale[0]];
  return {
    title: "accuracy at the end",
    colorAt: (part) => surfaceColor(scale[0] < scale[1] ? 1 - part : shareOf(scale, scale[0])),
    ticks: values.map((share) => ({ part: 1 - shareOf(scale, share), text: percent(share) })),
    rest: { text, color: fill, alpha },
  };
}

/**
 * @param {Scale} scale
 * @param {string} color
 * @returns {import("#lab/views/color-bar.mjs").Bar}
 */
export function barOf(scale, color) {
  if (color === "accuracy") return shareBar(scale);
  const { fill, alpha, text } = restOf(color);
  const isLoss = color === "last_loss";
  const values = isLoss ? logTicks(scale) : epochTicks(scale[1]).map((epoch) => epoch + 1);
  const hasMany = scale[0] < scale[1];
  const ticks = (hasMany ? values : [scale[0]])
    .filter((value) => value >= scale[0] * 0.999)
    .map((value) => ({ part: partOf(scale, value), text: tickText(isLoss ? value : value - 1) }));
  return {
    title: isLoss ? "train loss at the end" : "epoch of divergence",
    // A single value has a single colour.
    colorAt: (part) => surfaceColor(isLoss ? Number(hasMany) * part : 1 - Number(hasMany) * part),
    ticks,
    rest: { text, color: fill, alpha },
  };
}
