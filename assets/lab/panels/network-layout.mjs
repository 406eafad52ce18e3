/* Where the network's parts stand, and which parameter each edge stands for. */

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {{x: number, y: number}} Place
 * @typedef {{width: number, height: number}} Tile
 * @typedef {object} Edge
 * @property {Place} from
 * @property {Place} to
 * @property {number} param the index of the parameter that it stands for
 * @property {number | null} unit the unit that it belongs to
 * @typedef {object} Layout
 * @property {number} columns of one hidden layer
 * @property {Tile} tile the size of a unit
 * @property {number} height
 * @property {(Place & {name: string})[]} inputs
 * @property {Place[]} units layer by layer
 * @property {Place} output
 * @property {Place} bias of the output
 */

export const WIDTH = 340;
// A unit's round corners.
export const CORNER = 5;
const ONE_COLUMN = 16;

/**
 * Where everything stands: inputs left, a column for each hidden layer (four for one wide layer),
 * output right.
 * @param {Sweep} sweep
 * @returns {Layout}
 */
export function networkLayout(sweep) {
  const { hidden_units: count, hidden_layers: depth } = sweep.settings;
  const isWide = count > ONE_COLUMN;
  const columns = depth === 1 && isWide ? 4 : 1;
  const rows = Math.ceil(count / columns) || 1;
  const inputs = [...sweep.predictor_names, "1"];
  const tile = sweep.fitKind === "plane" ? mapTile(depth, rows) : tileOf(depth, rows, isWide);
  const height = Math.max(rows * (tile.height + 4), inputs.length * 34, 140) + 40;
  const top = (height - rows * (tile.height + 4)) / 2;
  return {
    columns,
    tile,
    height,
    inputs: inputs.map((name, k) => ({ name, x: 20, y: ((k + 0.5) * height) / inputs.length })),
    units: unitPlaces(count, depth, columns, tile, top),
    output: { x: WIDTH - 22, y: height / 2 },
    // Beside the last layer, where a deep network leaves no room under it.
    bias: { x: WIDTH - (depth > 1 ? 20 : 60), y: height - 18 },
  };
}

/**
 * The size of a unit.
 * @param {number} depth
 * @param {number} rows
 * @param {boolean} isWide
 * @returns {Tile}
 */
const tileOf = (depth, rows, isWide) =>
  depth === 1 && !isWide
    ? { width: 72, height: Math.max(22, Math.min(34, 380 / rows)) }
    : { width: 46, height: isWide && depth > 1 ? 9 : 22 };

/**
 * The size of a unit that shows the plane of two predictors: square, if there is room.
 * @param {number} depth
 * @param {number} rows
 * @returns {Tile}
 */
const mapTile = (depth, rows) => ({
  width: 46,
  height: Math.max(depth > 1 && rows > ONE_COLUMN ? 9 : 22, Math.min(46, 380 / rows)),
});

/**
 * @param {number} count the units of a layer
 * @param {number} depth
 * @param {number} columns
 * @param {Tile} tile
 * @param {number} top
 * @returns {Place[]}
 */
function unitPlaces(count, depth, columns, tile, top) {
  const [left, right] = [54, WIDTH - 62 - tile.width];
  const begin = columns === 1 ? (WIDTH - tile.width) / 2 : 62;
  const across = (/** @type {number} */ layer, /** @type {number} */ unit) =>
    depth > 1
      ? left + (layer * (right - left)) / (depth - 1)
      : begin + (unit % columns) * (tile.width + 6);
  return Array.from({ length: count ? depth * count : 0 }, (_, k) => {
    const unit = k % count;
    return {
      x: across(Math.floor(k / count), unit),
      y: top + Math.floor(unit / columns) * (tile.height + 4),
    };
  });
}

/**
 * Each edge with its parameter. Biases of further layers have no edge: the reading names them.
 * @param {Sweep} sweep
 * @param {Layout} layout
 * @returns {Edge[]}
 */
export function networkEdges(sweep, layout) {
  const { inputs, output } = layout;
  return sweep.settings.hidden_units
    ? [...firstEdges(sweep, layout), ...hiddenEdges(sweep, layout), ...outputEdges(sweep, layout)]
    : inputs.map((input, k) => ({ from: input, to: output, param: k, unit: null }));
}

// How far along an edge its number stands: halfway, but where many edges meet nearer to where they
// begin.
const [HALFWAY, EARLY, FEW] = [0.5, 0.26, 3];

/**
 * Where the number of an edge stands.
 * @param {Layout} layout
 * @param {Edge} edge
 * @returns {Place}
 */
export function placeOfNumber({ inputs, units }, { from, to }) {
  const share = !units.length && inputs.length > FEW ? EARLY : HALFWAY;
  return { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
}

/** Where the input that is sent through stands, under its node. @param {Layout} layout */
export const placeOfInput = ({ inputs }) => ({ x: inputs[0].x + 14, y: inputs[0].y + 30 });

/**
 * The left end of a unit, where its edges come in.
 * @param {Layout} layout
 * @param {number} unit
 */
const leftOf = ({ units, tile }, unit) => ({
  x: units[unit].x,
  y: units[unit].y + tile.height / 2,
});

/**
 * The right end of a unit, where its edges go out.
 * @param {Layout} layout
 * @param {number} unit
 */
const rightOf = ({ units, tile }, unit) => ({
  x: units[unit].x + tile.width,
  y: units[unit].y + tile.height / 2,
});

/**
 * From the inputs to the first layer: its weights, and as the last input's its biases.
 * @param {Sweep} sweep
 * @param {Layout} layout
 * @returns {Edge[]}
 */
function firstEdges({ settings, predictors }, layout) {
  const { hidden_units: units } = settings;
  return Array.from({ length: units }, (_, unit) =>
    layout.inputs.map((input, k) => ({
      from: input,
      to: leftOf(layout, unit),
      param: k < predictors ? unit * predictors + k : units * predictors + unit,
      unit,
    })),
  ).flat();
}

/**
 * From each hidden layer to the next.
 * @param {Sweep} sweep
 * @param {Layout} layout
 */
function hiddenEdges({ settings, predictors }, layout) {
  const { hidden_units: units, hidden_layers: depth } = settings;
  /** @type {Edge[]} */
  const edges = [];
  let param = units * (predictors + 1);
  for (let unit = units; unit < depth * units; unit++) {
    const below = (Math.floor(unit / units) - 1) * units;
    for (let k = 0; k < units; k++)
      edges.push({
        from: rightOf(layout, below + k),
        to: leftOf(layout, unit),
        param: param++,
        unit,
      });
    // The biases of a layer come after all of its weights.
    if (unit % units === units - 1) param += units;
  }
  return edges;
}

/**
 * From the last layer and the bias to the output, whose parameters are the last ones.
 * @param {Sweep} sweep
 * @param {Layout} layout
 * @returns {Edge[]}
 */
function outputEdges({ settings, parameter_names: names }, layout) {
  const { hidden_units: units, hidden_layers: depth } = settings;
  const { bias, output } = layout;
  const last = names.length - 1;
  const edges = Array.from({ length: units }, (_, k) => {
    const unit = (depth - 1) * units + k;
    return { from: rightOf(layout, unit), to: output, param: last - units + k, unit };
  });
  return [...edges, { from: bias, to: output, param: last, unit: null }];
}
