/* The page's one global, for automation and tests: what is on show, whether the page rests, and
   ways to move it. All else can be imported by name: import("#lab/model/sweep.mjs"). */
import { snapshotOf } from "#lab/model/track.mjs";
import { openPanels } from "#lab/page/cards.mjs";
import { drawCurtain } from "#lab/page/curtain.mjs";
import { wordsFor } from "#lab/page/descriptions.mjs";
import { goTo, pause, play, timings } from "#lab/page/playback.mjs";
import { isTraining } from "#lab/page/training.mjs";
import { chartIn } from "#lab/panels/chart.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { pinCount, pinCurrent } from "#lab/state/pins.mjs";
import { isResting, overlays, state } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";
import { flatAxes, sceneAxes } from "#lab/views/overlay.mjs";

window.descentLab = {
  state,
  // Each view's overlay by name: {plot, canvas, host}.
  overlays,
  // Milliseconds that the scripts of the last 1000 drawn frames took.
  timings,
  // Whether the last change has been drawn and settled; whether a training is out.
  isResting,
  isTraining,
  goTo,
  play,
  pause,
  openPanels,
  drawCurtain,
  pinCurrent,
  pinCount,
  // What is true of the run on show at the playhead, see model/sweep.mjs.
  snapshot: () => snapshotOf(state.track, state.wanted),
  // A side panel's chart with its axes; the sentence of a view or a panel.
  chartIn,
  wordsFor,
  // From data to the pixels of a view; whether the contour stands in for the surface; the colours.
  flatAxes,
  sceneAxes,
  isFlat: () => drawn.isFlat,
  colors,
};
