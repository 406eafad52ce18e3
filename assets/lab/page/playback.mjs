/* The playhead and the page's one clock: controls change the state, each frame draws it once.
   Dragging and playing stay in here: no request, no call into Plotly. */
import { decode } from "#lab/lib/arrays.mjs";
import { element } from "#lab/lib/dom.mjs";
import { scale } from "#lab/lib/scale.mjs";
import { snapshotOf } from "#lab/model/track.mjs";
import { glided, isGliding } from "#lab/page/glide.mjs";
import { drawingOf } from "#lab/page/views.mjs";
import { config } from "#lab/state/config.mjs";
import { emit, on } from "#lab/state/events.mjs";
import {
  CARD_ORDER,
  PLOTTED,
  clock,
  invalidate,
  overlays,
  redraw,
  state,
} from "#lab/state/store.mjs";
import { readColors, readMeasures } from "#lab/state/theme.mjs";
import { bindCamera, followCamera } from "#lab/views/camera.mjs";
import { refitCamera, show } from "#lab/views/figures.mjs";
import { figureOf, watchScene } from "#lab/views/flat.mjs";
import { Overlay, cameraKey, fits } from "#lab/views/overlay.mjs";
import { bindPinch } from "#lab/views/pinch.mjs";
import { drawRateCurve } from "#lab/views/rate-curve.mjs";
import { sketch } from "#lab/views/sketch.mjs";
import { roomFor } from "#lab/views/titles.mjs";

const SECONDS_FOR_ALL = 8;
const REST_AFTER = 250;
const ASLEEP_AFTER = 1000;
const CANVASES = [...CARD_ORDER, "rate-curve"];

/** How long the scripts of the last frames took, for automation.
 * @type {number[]} */
export const timings = [];

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Detail} Detail
 * @typedef {import("#types").State} State
 * @typedef {import("#types").View} View
 */

/** The clock goes while something moves or may move; else it stops and costs nothing. */
function wake() {
  clock.wokenAt = performance.now();
  if (clock.isAwake) return;
  [clock.isAwake, clock.lastTick] = [true, clock.wokenAt];
  requestAnimationFrame(tick);
}

/* ---- changes ---- */

/**
 * Another sweep is on show; resolves when its figures are.
 * @param {Sweep} sweep
 * @param {boolean} keepsRate whether the selected rate stays, where the sweep has it
 */
export function adoptSweep(sweep, keepsRate = false) {
  const rate =
    state.sweep && keepsRate ? state.sweep.learning_rates[state.run] : sweep.settings.learning_rate;
  state.sweep = sweep;
  const run = sweep.runOf(rate);
  state.run = run >= 0 ? run : sweep.runOf(sweep.settings.learning_rate);
  forgetDetail();
  state.share = scale.toShare(Math.min(state.wanted, sweep.end), sweep.end);
  // What has a place beside the figures takes it first: they are then drawn once, at their size.
  emit("sweep", sweep);
  const slow = PLOTTED.filter((name) => !sketch(overlays[name], sweep.views[figureOf(name)]));
  invalidate();
  return Promise.all(slow.map(showFigure)).then(invalidate);
}

/** Plotly draws a view's still layers. @param {View} name */
async function showFigure(name) {
  const { still } = overlays[name];
  await show(overlays[name], state.sweep.views[figureOf(name)]);
  // Else another sweep has been sketched meanwhile.
  if (overlays[name].still === still) overlays[name].dropSketch();
  redraw();
}

/** Plotly draws what is only sketched, a view at a time; false where nothing is left. */
function showSketched() {
  const name = PLOTTED.find((one) => overlays[one].still);
  if (name && !clock.isShowing) {
    clock.isShowing = true;
    showFigure(name).finally(() => (clock.isShowing = false));
  }
  return Boolean(name);
}

/** @param {number} run */
export function selectRun(run) {
  if (run === state.run) return;
  state.run = run;
  forgetDetail();
  invalidate();
}

function forgetDetail() {
  state.detail = state.slices = null;
  state.track = state.preview ?? state.sweep.track(state.run);
}

/** Shows a start that is still being set, or null for the run itself again.
 * @param {State["preview"]} track */
export function preview(track) {
  if (!track && !state.preview) return;
  state.preview = track;
  forgetDetail();
  invalidate();
}

/** @param {Detail} detail */
export function adoptDetail(detail) {
  if (state.preview) return;
  state.detail = detail;
  state.track = state.sweep.detailedTrack(state.run, detail);
  state.slices = detail.slices && sliceTable(detail.slices);
  invalidate();
}

/** The exact slices by epoch. @param {import("#types").Slices} slices */
function sliceTable({ epochs, loss }) {
  const { values, shape } = decode(loss);
  const losses = /** @type {Float32Array} */ (values);
  const samples = shape[2];
  const index = new Map(epochs.map((epoch, k) => [epoch, k]));
  return {
    at(/** @type {number} */ epoch) {
      const place = index.get(epoch);
      if (place === undefined) return undefined;
      const from = place * 2 * samples;
      return {
        0: losses.subarray(from, from + samples),
        1: losses.subarray(from + samples, from + 2 * samples),
        samples,
        range: loss.range ?? [],
      };
    },
  };
}

/** @param {number} epoch */
export function goTo(epoch) {
  state.wanted = Math.min(Math.max(epoch, 0), state.sweep.end);
  state.share = scale.toShare(state.wanted, state.sweep.end);
  invalidate();
}

/** One kept epoch back, -1, or on, 1. @param {number} way */
export function stepBy(way) {
  pause();
  goTo(state.track.neighbour(state.track.nearest(state.wanted), way));
}

export function play() {
  if (isPlayedOut()) goTo(0);
  state.playing = true;
  invalidate();
}

export function pause() {
  state.playing = false;
  invalidate();
}

/* ---- the clock ---- */

/** Where playing ends on the timeline: at an overflow there is nothing more to see. */
function lastShare() {
  const { overflowAt, end } = state.track;
  return overflowAt < 0 ? 1 : scale.toShare(overflowAt, end);
}

export const isPlayedOut = () => state.share >= lastShare();

/** @param {number} seconds */
function advance(seconds) {
  const last = lastShare();
  const isAtEnd = state.share >= last;
  const next = state.share + (seconds * state.speed) / SECONDS_FOR_ALL;
  state.share = isAtEnd && state.loop ? 0 : Math.min(next, last);
  state.playing = state.loop || next < last;
  state.wanted = scale.toEpoch(state.share, state.sweep.end);
  invalidate();
}

/** @param {number} now */
const mayMove = (now) => clock.dirty || !clock.rested || now - clock.wokenAt < ASLEEP_AFTER;

/** Nothing moves and no hand holds anything. @param {number} now */
const isStill = (now) =>
  !clock.rested && !state.playing && !state.held && now - clock.changedAt > REST_AFTER;

/** @param {number} now */
function tick(now) {
  const began = performance.now();
  // First of all: a mistake in one frame must not stop the clock.
  clock.isAwake = mayMove(began);
  if (clock.isAwake) requestAnimationFrame(tick);
  if (!state.sweep) return;
  if (state.playing) advance(Math.min((now - clock.lastTick) / 1000, 0.25));
  clock.lastTick = now;
  // On another screen, or at another zoom, the canvases need other pixels.
  const seen = `${cameraKey(overlays["loss-surface"])} ${window.devicePixelRatio}`;
  if (seen !== clock.camera) {
    [clock.camera, clock.dirty] = [seen, true];
    followCamera(overlays["loss-surface"]);
  }
  if (clock.dirty) {
    clock.dirty = false;
    draw();
    timings.push(performance.now() - began);
    if (timings.length > 1000) timings.shift();
  } else if (isStill(now)) {
    if (showSketched()) return;
    clock.rested = true;
    emit("idle");
  }
}

/** Whether a view is drawn between two epochs, too. @param {View} name */
function glides(name) {
  const where = config.views[name].glides;
  return where === "always" || (where === "bowl" && state.sweep.bowl !== null);
}

function draw() {
  const moment = snapshotOf(state.track, state.wanted);
  const onTheWay = glided(moment);
  for (const name of CARD_ORDER) {
    const shown = glides(name) ? onTheWay : moment;
    const overlay = overlays[name];
    overlay.isDrawn = overlay.ready;
    if (overlay.isDrawn) drawingOf(name)(overlay, state.sweep, shown, state);
  }
  if (isGliding()) clock.dirty = true;
  drawRateCurve(overlays["rate-curve"], state.sweep, moment);
  emit("frame", moment);
}

/* ---- start ---- */

export function start() {
  on("wake", wake);
  readColors();
  for (const name of CANVASES) overlays[name] = new Overlay(element(name));
  watchScene(overlays["loss-surface"]);
  bindPinch(overlays["loss-surface"]);
  bindCamera(overlays["loss-surface"]);
  const resize = new ResizeObserver((entries) => {
    for (const { target } of entries) resized(overlays[target.id]);
  });
  CANVASES.forEach((name) => resize.observe(element(name)));
  followHand();
  // The camera is moved by Plotly, which says so only at the end.
  for (const move of ["pointerdown", "pointermove", "wheel", "keydown"]) {
    document.addEventListener(move, wake, { capture: true, passive: true });
  }
}

/** Whether something is held. A menu of the browser's own may swallow the release. */
function followHand() {
  let isKeyHeld = false;
  const release = () => {
    state.held = isKeyHeld = false;
    clock.changedAt = performance.now();
  };
  const holdKey = (/** @type {KeyboardEvent} */ { repeat }) => {
    if (repeat) state.held = isKeyHeld = true;
  };
  document.addEventListener("pointerdown", (event) => (state.held = event.button === 0), true);
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, release, true);
  // Each repetition of a key changes the slider.
  document.addEventListener("change", () => isKeyHeld || release(), true);
  document.addEventListener("keydown", holdKey, true);
  document.addEventListener("keyup", () => isKeyHeld && release(), true);
  document.addEventListener(
    "pointermove",
    (event) => state.held && event.pointerType === "mouse" && !event.buttons && release(),
    true,
  );
  window.addEventListener("blur", release);
}

/** @param {Overlay} overlay */
function resized(overlay) {
  if (!overlay.host.clientWidth) return;
  readMeasures();
  redraw();
  if (!overlay.plot._fullLayout || fits(overlay)) return;
  // Plotly takes its time: only then do pixels mean what they will.
  window.Plotly.Plots.resize(overlay.plot).then(
    () => {
      refitCamera(overlay);
      if (roomFor(overlay) !== overlay.room) showFigure(/** @type {View} */ (overlay.host.id));
      redraw();
    },
    () => {},
  );
}

export function repaint() {
  readColors();
  invalidate();
  return Promise.all(PLOTTED.map(showFigure)).then(invalidate);
}
