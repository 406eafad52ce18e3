/* What each hidden unit makes of the plane of two predictors: a small heat map in its place. Units
   of the last layer show what they add to the output. */
import { make } from "#lab/lib/dom.mjs";
import { gridOf } from "#lab/model/plane-map.mjs";
import { CORNER, WIDTH } from "#lab/panels/network-layout.mjs";
import { colors } from "#lab/state/theme.mjs";
import { SHADES, heatShades } from "#lab/views/heat-colors.mjs";
import { rangesOf } from "#lab/views/heat-map.mjs";

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Numbers} Numbers
 * @typedef {import("#lab/panels/network-layout.mjs").Layout} Layout
 * @typedef {object} Maps
 * @property {Context} context of the canvas under the network
 * @property {import("#lab/model/batch.mjs").Batch} batch
 * @property {ImageData} image of all units, one below the other
 * @property {Uint32Array} pixels of the image
 * @property {Context} all a canvas with this image
 * @property {Uint32Array} shades
 * @property {string} look of which theme they are
 */

// Places along either side of a unit's plane.
const SIDE = 32;
// Pixels to one of the drawing.
const SHARPNESS = 2;

/**
 * The canvas for the maps, as large as the drawing; null where there are none.
 * @param {Sweep} sweep
 * @param {Layout} layout
 * @returns {Maps | null}
 */
export function newMaps(sweep, layout) {
  const count = layout.units.length;
  if (sweep.fitKind !== "plane" || !count) return null;
  const canvas = make("canvas", {
    className: "network-maps",
    width: WIDTH * SHARPNESS,
    height: layout.height * SHARPNESS,
  });
  const image = new ImageData(SIDE, SIDE * count);
  const all = make("canvas", { width: SIDE, height: SIDE * count });
  return {
    context: /** @type {Context} */ (canvas.getContext("2d")),
    batch: gridOf(sweep, rangesOf(sweep), SIDE),
    image,
    pixels: new Uint32Array(image.data.buffer),
    all: /** @type {Context} */ (all.getContext("2d")),
    shades: new Uint32Array(SHADES),
    look: "",
  };
}

/**
 * @param {Maps} maps
 * @param {Layout} layout
 * @param {Sweep} sweep
 * @param {Numbers} params
 */
export function drawMaps(maps, { units, tile }, sweep, params) {
  const { context, image, all } = maps;
  const { hidden_units: width, hidden_layers: depth } = sweep.settings;
  maps.batch.run(params);
  const look = [colors.background, colors["class-0"], colors["class-1"]].join();
  if (look !== maps.look) heatShades(false, maps.shades);
  maps.look = look;
  const outgoing = params.length - 1 - width;
  for (let layer = 0; layer < depth; layer++) {
    const shares = (/** @type {number} */ unit) =>
      layer < depth - 1 ? 1 : params[outgoing + unit];
    paintLayer(maps, layer, width, shares);
  }
  all.putImageData(image, 0, 0);
  context.setTransform(SHARPNESS, 0, 0, SHARPNESS, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.save();
  context.beginPath();
  for (const { x, y } of units) context.roundRect(x, y, tile.width, tile.height, CORNER);
  context.clip();
  units.forEach(({ x, y }, k) => {
    const [from, { width: across, height: up }] = [k * SIDE, tile];
    context.drawImage(all.canvas, 0, from, SIDE, SIDE, x, y, across, up);
  });
  context.restore();
}

/**
 * A layer's units at one scale, with 0 in its middle.
 * @param {Maps} maps
 * @param {number} layer
 * @param {number} width
 * @param {(unit: number) => number} factorOf what its values are multiplied by
 */
function paintLayer({ batch, pixels, shades }, layer, width, factorOf) {
  let largest = 1e-9;
  for (let unit = 0; unit < width; unit++) {
    const [values, factor] = [batch.unit(layer, unit), Math.abs(factorOf(unit))];
    for (const value of values) largest = Math.max(largest, Math.abs(value) * factor);
  }
  for (let unit = 0; unit < width; unit++) {
    const [values, factor] = [batch.unit(layer, unit), factorOf(unit) / largest];
    const at = (layer * width + unit) * values.length;
    for (let k = 0; k < values.length; k++)
      pixels[at + k] = shades[Math.round(((1 + values[k] * factor) / 2) * (SHADES - 1))];
  }
}
