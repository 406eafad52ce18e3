/* What is on show, and whether it has been drawn. */
import { config } from "#lab/state/config.mjs";
import { emit } from "#lab/state/events.mjs";

// How many learning rates the slider has; a typed one is a run beyond these.
export const STOPS = config.stops.length;
/** The views in the order of their keys. */
export const CARD_ORDER = /** @type {import("#types").View[]} */ (Object.keys(config.views));
/** Those that Plotly draws; the others are drawn on a canvas alone. */
export const PLOTTED = CARD_ORDER.filter((name) => config.views[name].is_plotted);
/** @param {string} name */
export const isPlotted = (name) => PLOTTED.some((view) => view === name);

/** @type {import("#types").State} */
export const state = {
  // These two are there from the first sweep on; nothing reads them before.
  sweep: /** @type {any} */ (null),
  track: /** @type {any} */ (null),
  preview: null,
  run: 0,
  detail: null,
  slices: null,
  areSquared: false,
  hidden: new Set(),
  wanted: 0,
  playing: false,
  share: 0,
  speed: 1,
  loop: false,
  held: false,
  textSize: undefined,
};

// What is chosen in the panels: the rates that are compared, the unit that is read out.
/** @type {{rates: number[], unit: number | null}} */
export const chosen = { rates: [1, 0.1, 0.01], unit: null };

/** The canvas above each view's figure.
 * @type {Record<string, import("#lab/views/overlay.mjs").Overlay>} */
export const overlays = {};

export const selectedRate = () => state.sweep.learning_rates[state.run];

/** All that is chosen for the run on show. @returns {import("#types").Settings} */
export const settingsNow = () => ({ ...state.sweep.settings, learning_rate: selectedRate() });

/* ---- the clock's own state, see page/playback.mjs ---- */

export const clock = {
  dirty: false,
  changedAt: 0,
  rested: true,
  lastTick: 0,
  isAwake: false,
  // Whether Plotly is drawing a view that was only sketched.
  isShowing: false,
  wokenAt: 0,
  // What is shown on its way between two epochs, and since when, see page/glide.mjs.
  glide: {
    from: /** @type {import("#types").Snapshot | null} */ (null),
    to: /** @type {import("#types").Snapshot | null} */ (null),
    began: 0,
  },
  // The camera and the pixel ratio that were drawn last.
  camera: "",
};

/** Something that is drawn has changed: the next frame draws it, and the page rests anew. */
export function invalidate() {
  Object.assign(clock, { rested: false, changedAt: performance.now() });
  redraw();
}

/** The next frame draws again what has not changed, as at a new size. */
export function redraw() {
  clock.dirty = true;
  emit("wake");
}

/** Whether the last change has been drawn and settled. */
export const isResting = () => clock.rested && !clock.dirty;
