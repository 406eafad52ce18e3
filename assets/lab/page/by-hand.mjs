/* A network whose numbers are dragged: every view shows it at once, without the server. A line
   trains from there once it is let go, as one that was dragged in the fit. */
import { clicked } from "#lab/lib/dom.mjs";
import { trackOf } from "#lab/model/by-hand.mjs";
import { adoptDetail, preview } from "#lab/page/playback.mjs";
import { startAt } from "#lab/page/start-by-hand.mjs";
import { backend } from "#lab/state/backend.mjs";
import { on } from "#lab/state/events.mjs";
import { hand } from "#lab/state/hand.mjs";
import { state } from "#lab/state/store.mjs";

/** @param {Float32Array | null} params @param {boolean} isHeld */
function setByHand(params, isHeld) {
  const { sweep, run, wanted } = state;
  const isStart = sweep.plane.is_exact && backend.canTrain;
  if (params && isStart && !isHeld) return startAt(params[0], params[1]);
  // The inspected run comes back as it was.
  const detail = hand.params ? (hand.place?.detail ?? null) : state.detail;
  hand.params = isStart ? null : params;
  hand.place = { sweep, run, wanted, detail };
  return preview(params && trackOf(sweep, params, isStart ? 0 : state.track.nearest(wanted)));
}

/** What was set by hand goes once something else is chosen. */
function drop() {
  const { place } = hand;
  hand.params = null;
  preview(null);
  if (place?.detail && place.sweep === state.sweep && place.run === state.run)
    adoptDetail(place.detail);
}

function dropIfMoved() {
  const { params, place } = hand;
  if (!params || !place) return;
  const { sweep, run, wanted, playing } = state;
  const isSame = place.sweep === sweep && place.run === run && place.wanted === wanted;
  if (!isSame || playing) drop();
}

export function bindByHand() {
  document.addEventListener("click", (event) => clicked(event, "#back-to-run") && drop());
  on("hand", setByHand);
  on("frame", dropIfMoved);
  on("sweep", () => hand.params && drop());
}
