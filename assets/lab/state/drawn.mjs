/* What was drawn last, where drawing it again would cost: caches and timers of views and panels. */

/**
 * @typedef {{eye: Record<string, number>, center: Record<string, number>}} Camera
 * @typedef {object} Drawn
 * @property {boolean} isFlat
 * @property {Camera | null} usualCamera
 * @property {Camera | null} placedCamera
 * @property {string} curveKey
 * @property {any} curve
 * @property {WeakMap<HTMLElement, import("#lab/panels/chart.mjs").Chart>} charts
 * @property {WeakMap<HTMLElement, {words: string, shown: unknown}>} said
 * @property {Map<HTMLElement, string>} formulas
 * @property {number} typesetTimer
 * @property {any} network
 * @property {Uint8ClampedArray | null} shades
 * @property {Map<string, number>} widths
 * @property {WeakMap<object, any>} examples
 * @property {WeakMap<object, Map<number, any>>} heatMaps
 * @property {boolean} isCoarse
 * @property {{from: number, to: number, isLow: boolean} | null} markWords
 * @property {{key: string, paint: (context: CanvasRenderingContext2D) => void}} still
 */

/** @type {Drawn} */
export const drawn = {
  // Whether the contour stands in for the surface.
  isFlat: false,
  // The camera as the figure has it, and where it was last put; one that the person moved stays.
  usualCamera: null,
  placedCamera: null,
  // The loss after one step of each rate, and of which run and epoch it is.
  curveKey: "",
  curve: null,
  // The chart of a slot.
  charts: new WeakMap(),
  // The sentence of the chart in a slot, and what the chart is drawn of.
  said: new WeakMap(),
  // The formulas that wait to be typeset, by slot.
  formulas: new Map(),
  typesetTimer: 0,
  // The network's edges and units as SVG elements.
  network: null,
  // The colours of the surface at 256 places, as bytes.
  shades: null,
  // The widths of texts on canvases, by font and text.
  widths: new Map(),
  // The room for a sweep's outputs for its examples, and for its heat maps by their size.
  examples: new WeakMap(),
  heatMaps: new WeakMap(),
  // Whether the heat map on show has fewer places than at rest.
  isCoarse: false,
  // The words at the stability mark, over the curve of all rates: from where to where, in stops.
  markWords: null,
  // The examples on a heat map, and of what they were painted.
  still: { key: "", paint: () => {} },
};
