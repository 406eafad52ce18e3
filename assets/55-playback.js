/* The state of the page and its one clock: controls change the state, each frame draws it once.
   Dragging and playing stay in here: no request, no call into Plotly. */
(function (lab) {
  "use strict";

  const SECONDS_FOR_ALL = 8;
  const REST_AFTER = 250;
  const FOLLOW_AFTER = 1000;
  const ASLEEP_AFTER = 1000;
  const VIEWS = lab.CARD_ORDER;

  const state = {
    sweep: null, run: 0, track: null, detail: null, slices: null,
    // What a curtain hides: verdict, strip, mark, ahead, hints.
    hidden: new Set(),
    // The epoch that the person asked for; a sweep shows the nearest that it has.
    wanted: 3, playing: false, share: 0, speed: 1, loop: false, held: false,
  };
  const overlays = {};
  let [dirty, changedAt, rested, lastTick, camera] = [false, 0, true, 0, ""];
  // When Plotly's traces follow although the run's inspection has not come.
  let followAt = Infinity;
  let [isAwake, wokenAt, hasFormulas] = [false, 0, false];
  // How long the frames' scripts took, for the browser tests.
  const timings = [];

  function touch() {
    [rested, followAt, changedAt] = [false, Infinity, performance.now()];
    redraw();
  }

  function redraw() {
    dirty = true;
    wake();
  }

  /** The clock goes while something moves or may move; else nobody's processor is kept busy. */
  function wake() {
    wokenAt = performance.now();
    if (isAwake) return;
    [isAwake, lastTick] = [true, wokenAt];
    requestAnimationFrame(tick);
  }

  /** All that is chosen for the run on show. */
  const settingsNow = () => ({ ...state.sweep.settings, learning_rate: state.sweep.learning_rates[state.run] });

  /** Whether the last change has been drawn and settled. */
  const isResting = () => rested && !dirty;

  /* ---- changes ---- */

  function adoptSweep(sweep, keepsRate = false) {
    const rate = state.sweep && keepsRate ? state.sweep.learning_rates[state.run] : sweep.settings.learning_rate;
    state.sweep = sweep;
    const run = sweep.runOf(rate);
    state.run = run >= 0 ? run : sweep.runOf(sweep.settings.learning_rate);
    forgetDetail();
    state.share = lab.scale.toShare(Math.min(state.wanted, sweep.end), sweep.end);
    // What has a place beside the figures takes it first: they are then drawn once, at their size.
    lab.showSweep(sweep);
    lab.makeRoomForPlane(sweep);
    lab.placePins(sweep);
    const shown = VIEWS.map((name) => lab.show(overlays[name], sweep.views[lab.figureOf(name)]));
    touch();
    return Promise.all(shown).then(touch);
  }

  function selectRun(run) {
    if (run === state.run) return;
    state.run = run;
    forgetDetail();
    touch();
  }

  function forgetDetail() {
    lab.dropDetail();
    state.detail = state.slices = null;
    state.track = state.sweep.track(state.run);
  }

  function adoptDetail(detail) {
    state.detail = detail;
    state.track = state.sweep.detailedTrack(state.run, detail);
    state.slices = detail.slices && sliceTable(detail.slices);
    touch();
  }

  /** The exact slices by epoch: [first, second] arrays of losses, or undefined. */
  function sliceTable({ epochs, loss }) {
    const { values, shape } = lab.decode(loss);
    const samples = shape[2];
    const index = new Map(epochs.map((epoch, k) => [epoch, k]));
    return {
      at(epoch) {
        if (!index.has(epoch)) return undefined;
        const from = index.get(epoch) * 2 * samples;
        return { 0: values.subarray(from, from + samples), 1: values.subarray(from + samples, from + 2 * samples), samples };
      },
    };
  }

  function goTo(epoch) {
    state.wanted = Math.min(Math.max(epoch, 0), state.sweep.end);
    state.share = lab.scale.toShare(state.wanted, state.sweep.end);
    touch();
  }

  function stepBy(way) {
    pause();
    goTo(state.track.neighbour(state.track.nearest(state.wanted), way));
  }

  function play() {
    if (state.share >= 1) goTo(0);
    state.playing = true;
    touch();
  }

  function pause() {
    state.playing = false;
    touch();
  }

  /* ---- the clock ---- */

  function advance(seconds) {
    state.share += (seconds * state.speed) / SECONDS_FOR_ALL;
    if (state.share >= 1 && state.loop) state.share = 0;
    else if (state.share >= 1) [state.share, state.playing] = [1, false];
    state.wanted = lab.scale.toEpoch(state.share, state.sweep.end);
    touch();
  }

  function tick(now) {
    const began = performance.now();
    // First of all: a mistake in one frame must not stop the clock.
    isAwake = dirty || !rested || followAt < Infinity || hasFormulas || began - wokenAt < ASLEEP_AFTER;
    if (isAwake) requestAnimationFrame(tick);
    if (!state.sweep) return;
    if (state.playing) advance(Math.min((now - lastTick) / 1000, 0.25));
    lastTick = now;
    const seen = lab.cameraKey(overlays["loss-surface"]);
    if (seen !== camera) [camera, dirty] = [seen, true];
    hasFormulas = lab.typeset();
    if (dirty) {
      dirty = false;
      draw();
      timings.push(performance.now() - began);
      if (timings.length > 1000) timings.shift();
    } else if (!rested && !state.playing && !state.held && now - changedAt > REST_AFTER) {
      rested = true;
      settle();
    } else if (now > followAt) {
      follow();
    }
  }

  function draw() {
    const moment = lab.momentOf(state.track, state.wanted);
    for (const name of VIEWS) {
      if (overlays[name].ready) lab.drawingOf(name)(overlays[name], state.sweep, moment, state);
    }
    lab.showFacts(state.sweep, state.run, moment);
    lab.showNotes(state.sweep, state.run, moment, Boolean(state.slices?.at(moment.shownEpoch)), state.detail);
    lab.showTimeline(state, moment);
    lab.drawPanels(state.sweep, moment);
    lab.checkGoal();
  }

  /** Nothing moves and nobody holds anything: the run is asked for, and Plotly's own traces follow. */
  function settle() {
    const moment = lab.momentOf(state.track, state.wanted);
    // Now there is time for what a panel draws coarsely while something moves.
    lab.drawPanels(state.sweep, moment);
    lab.describe();
    lab.keepAddress(moment);
    if (lab.planeIsStale(state.sweep)) return lab.request({});
    const isExact = state.detail && (!state.slices || state.slices.at(moment.shownEpoch));
    if (isExact) return follow();
    // The answer brings every epoch: the traces follow once, with it.
    followAt = performance.now() + FOLLOW_AFTER;
    lab.requestDetail(Math.min(Math.round(state.wanted), state.sweep.end));
  }

  function follow() {
    followAt = Infinity;
    const moment = lab.momentOf(state.track, state.wanted);
    for (const name of VIEWS) {
      if (overlays[name].ready) lab.rest(lab.figureOf(name), overlays[name], state.sweep, moment);
    }
  }

  /* ---- start ---- */

  function start() {
    lab.readColors();
    for (const name of VIEWS) overlays[name] = new lab.Overlay(lab.element(name));
    lab.watchScene(overlays["loss-surface"]);
    const resize = new ResizeObserver((entries) => {
      for (const { target } of entries) resized(overlays[target.id]);
    });
    VIEWS.forEach((name) => resize.observe(lab.element(name)));
    followHand();
    lab.followWidth();
    // The camera is moved by Plotly, which says so only at the end.
    for (const move of ["pointerdown", "pointermove", "wheel", "keydown"]) {
      document.addEventListener(move, wake, { capture: true, passive: true });
    }
  }

  /** Whether something is held. A menu of the browser's own may swallow the release. */
  function followHand() {
    const release = () => { state.held = false; changedAt = performance.now(); };
    document.addEventListener("pointerdown", (event) => (state.held = event.button === 0), true);
    for (const end of ["pointerup", "pointercancel", "change"]) document.addEventListener(end, release, true);
    document.addEventListener("pointermove", (event) => state.held && event.pointerType === "mouse" && !event.buttons && release(), true);
    window.addEventListener("blur", release);
  }

  function resized(overlay) {
    if (!overlay.plot._fullLayout || !overlay.host.clientWidth) return;
    redraw();
    if (lab.fits(overlay)) return;
    // Plotly takes its time: only then do pixels mean what they will.
    window.Plotly.Plots.resize(overlay.plot).then(() => { lab.refitCamera(overlay); redraw(); }, () => {});
  }

  function repaint() {
    lab.readColors();
    touch();
    return Promise.all(VIEWS.map((name) => lab.show(overlays[name], state.sweep.views[lab.figureOf(name)]))).then(touch);
  }

  Object.assign(lab, {
    state, settingsNow, overlays, timings, start, adoptSweep, adoptDetail, selectRun, goTo, stepBy, play, pause,
    follow, repaint, touch, isResting,
  });
})(window.descentLab);
