/* The data of each view as a table. */
import { STEPS } from "#lab/lib/arrays.mjs";
import { formatDown, formatKnown } from "#lab/lib/format.mjs";
import { classOf, isWrong, percent, saidBy } from "#lab/model/classes.mjs";
import { example, predict } from "#lab/model/network.mjs";
import { config } from "#lab/state/config.mjs";
import { state } from "#lab/state/store.mjs";
import { sections } from "#lab/views/sections.mjs";
import { epochName, listed, ofEpochs, say, spread } from "#lab/views/table-rows.mjs";
import { here } from "#lab/views/words.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#types").Numbers} Numbers
 * @typedef {import("#lab/views/table-rows.mjs").TableData} TableData
 */

const GRID_LINES = 11;
// In heights of the box.
const CUT_AT = config.cut_at;
const SECTION_ROWS = 21;

/**
 * Coarser than it is drawn; the highest second coordinate on top, as in the picture.
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @returns {TableData}
 */
export function surfaceTable({ grid, box, plane }, { first, second, loss }) {
  const lines = spread(grid.size, GRID_LINES);
  const at = (/** @type {number[]} */ [low, high], /** @type {number} */ k) =>
    say(low + (k / (grid.size - 1)) * (high - low), 3);
  const cut = CUT_AT * box.height;
  const cell = (/** @type {number} */ value) =>
    value >= cut * (1 - 1e-6) ? `above ${formatDown(cut)}` : say(value, 4);
  return {
    head: [
      `${plane.names[1]} down, ${plane.names[0]} across`,
      ...lines.map((k) => at(box.first, k)),
    ],
    rows: [...lines]
      .reverse()
      .map((row) => [
        at(box.second, row),
        ...lines.map((column) => cell(grid.values[row * grid.size + column])),
      ]),
    note: `The train loss at ${lines.length} by ${lines.length} of ${grid.size} by ${grid.size} places. The run is at ${here(plane, first, second)}, at a train loss of ${say(loss)}.`,
  };
}

/**
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @returns {TableData}
 */
export function pathTable({ plane }, { track, index, shownEpoch }) {
  const shown = listed(track, index);
  return {
    head: ["epoch", ...plane.names, "train loss"],
    rows: shown.map((k) => [
      epochName(track.epochs[k], shownEpoch),
      say(track.first(k)),
      say(track.second(k)),
      say(track.loss[k]),
    ]),
    note: ofEpochs(shown, track.length),
  };
}

/**
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @returns {TableData}
 */
export function curveTable(sweep, { track, index, shownEpoch }) {
  const shown = listed(track, index);
  const columns = curveColumns(sweep, track);
  return {
    head: ["epoch", ...columns.map(([name]) => name)],
    rows: shown.map((k) => [
      epochName(track.epochs[k], shownEpoch),
      ...columns.map(([, value]) => value(k)),
    ]),
    note: ofEpochs(shown, track.length),
  };
}

/**
 * Each curve's name, and its value at an index in words.
 * @param {Sweep} sweep
 * @param {import("#lab/model/track.mjs").Track} track
 */
function curveColumns({ plane, targets, validationCount }, track) {
  const { loss, validation, accuracy, validationAccuracy: held } = track;
  /** @type {[string, (k: number) => string][]} */
  const columns = [["train loss", (k) => say(loss[k])]];
  if (validation) columns.push(["validation loss", (k) => say(validation[k])]);
  if (accuracy) columns.push(["accuracy", (k) => percent(accuracy[k], targets.length)]);
  if (held) columns.push(["validation accuracy", (k) => percent(held[k], validationCount)]);
  if (plane.is_exact)
    columns.push(
      [plane.names[0], (k) => say(track.first(k))],
      [plane.names[1], (k) => say(track.second(k))],
    );
  return columns;
}

/**
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @returns {TableData}
 */
export function sectionTable(sweep, moment) {
  const exact = state.slices?.at(moment.shownEpoch);
  const both = sections(sweep, moment, exact);
  const cell = (/** @type {number} */ loss) => sectionCell(sweep, exact, loss);
  const rows = spread(both[0].count, SECTION_ROWS).map((k) =>
    both.flatMap(({ side, count: places, curve }) => {
      const [low, high] = side.range;
      const place = low + (k / (places - 1)) * (high - low);
      return [say(place, 4), curve ? cell(curve(place, k)) : "–"];
    }),
  );
  const isTrue = exact || sweep.bowl;
  return {
    head: sweep.plane.names.flatMap((name) => [name, "train loss"]),
    rows,
    note: `Through the point of epoch ${moment.shownEpoch}${isTrue ? "" : ", on the plane"}: ${rows.length} places along each direction.`,
  };
}

/**
 * A linear model's loss is a formula; a slice is known up to its range, the grid up to where it is
 * drawn.
 * @param {Sweep} sweep
 * @param {import("#types").Slice | undefined} exact
 * @param {number} loss
 */
function sectionCell({ bowl, box }, exact, loss) {
  if (bowl) return say(loss);
  if (exact) return formatKnown(loss, { range: exact.range, steps: STEPS }, 5);
  return loss > box.height ? `above ${formatDown(box.height)}` : say(loss, 4);
}

/**
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @returns {TableData}
 */
export function fitTable(sweep, { track, index, shownEpoch }) {
  const params = track.paramsAt(index);
  const { classes } = sweep;
  const said = sweep.isProbability ? `probability of ${classes?.[1]} now` : "predicted now";
  return {
    head: [
      "example",
      ...shownInputs(sweep),
      ...(classes ? ["class", said, "side of the boundary"] : ["observed", said]),
    ],
    rows: Array.from(sweep.targets, (_, i) => fitRow(sweep, params, i)),
    note: params ? `At epoch ${shownEpoch}.` : "The predictions appear when you pause.",
  };
}

/** The predictors that the view has an axis for. @param {Sweep} sweep */
function shownInputs({ fitKind, predictor_names: names, data_info: own, classes }) {
  if (fitKind === "plane") return names.slice(0, 2);
  if (fitKind !== "curve") return [];
  return [own || classes ? names[0] : "x"];
}

/**
 * An example with its prediction.
 * @param {Sweep} sweep
 * @param {Numbers | null} params
 * @param {number} i
 */
function fitRow(sweep, params, i) {
  const inputs = example(sweep, i);
  const output = params && predict(sweep, params, inputs);
  const said = output === null ? "…" : say(saidBy(sweep, output));
  return [
    String(i + 1),
    ...shownInputs(sweep).map((_, k) => say(sweep.inputIn(inputs[k], k))),
    ...(sweep.classes
      ? [sweep.classes[classOf(sweep, i)], said, sideOf(sweep, output, i)]
      : [say(sweep.targetIn(sweep.targets[i])), said]),
  ];
}

/** @param {Sweep} sweep @param {number | null} output @param {number} i */
function sideOf(sweep, output, i) {
  if (output === null) return "…";
  return isWrong(sweep, output, i) ? "wrong" : "right";
}
