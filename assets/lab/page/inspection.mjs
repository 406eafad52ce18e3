/* At rest the run on show is inspected: its every epoch, exact slices, sharpness. */
import { unpack } from "#lab/lib/arrays.mjs";
import { showMessage } from "#lab/lib/dom.mjs";
import { snapshotOf } from "#lab/model/track.mjs";
import { planeForServer, planeIsStale } from "#lab/page/plane.mjs";
import { adoptDetail } from "#lab/page/playback.mjs";
import { isTraining, request } from "#lab/page/training.mjs";
import { emit } from "#lab/state/events.mjs";
import { layout } from "#lab/state/layout.mjs";
import { Client, SILENCE_AFTER } from "#lab/state/requests.mjs";
import { invalidate, state } from "#lab/state/store.mjs";

/**
 * @typedef {import("#types").Answer} Answer
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 */

/** @type {Client<{sweep: Sweep, run: number, epoch: number}>} */
const client = new Client("inspect-request", {
  build: ({ sweep, run, epoch }) => ({
    settings: { ...sweep.settings, learning_rate: sweep.learning_rates[run] },
    epoch,
    plane: planeForServer(sweep.planeChoice),
  }),
  answered,
  // At once it would fail again.
  failed(sentence) {
    layout.isInspectionLost = true;
    emit("busy", sentence);
    setTimeout(invalidate, SILENCE_AFTER);
  },
});

/** Called when the page has come to rest: a plane that is stale is trained anew, and a run is
    inspected unless its inspection has this epoch. */
export function inspect() {
  if (planeIsStale(state.sweep)) return request({});
  // What was set by hand is no run.
  if (state.preview) return undefined;
  const { shownEpoch } = snapshotOf(state.track, state.wanted);
  const isExact = state.detail && (!state.slices || state.slices.at(shownEpoch));
  if (isExact || isTraining()) return undefined;
  const { sweep, run } = state;
  return client.ask({ sweep, run, epoch: Math.min(Math.round(state.wanted), sweep.end) });
}

/**
 * The answer may have come too late: another run or sweep is on show.
 * @param {Answer} answer
 * @param {{sweep: Sweep, run: number, epoch: number}} asked
 */
function answered({ payload, error }, { sweep, run }) {
  // What was said of the server goes away with its first answer.
  if (layout.isInspectionLost) emit("busy", "");
  layout.isInspectionLost = false;
  const isOnShow = sweep === state.sweep && run === state.run && !isTraining();
  if (!isOnShow) return client.pending || invalidate();
  if (error) showMessage(error);
  return payload && adoptDetail({ ...unpack(payload.block), packed: payload });
}
