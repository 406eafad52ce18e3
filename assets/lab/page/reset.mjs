/* The opening again, whatever was changed; Back undoes it. */
import { element } from "#lab/lib/dom.mjs";
import { readLink } from "#lab/model/link.mjs";
import { resetPlaces } from "#lab/page/cards.mjs";
import { explore } from "#lab/page/lesson.mjs";
import { choosePlane } from "#lab/page/plane.mjs";
import { pause } from "#lab/page/playback.mjs";
import { clearRefusal } from "#lab/page/refusals.mjs";
import { showTaller } from "#lab/page/timeline.mjs";
import { followLink } from "#lab/page/training.mjs";
import { state } from "#lab/state/store.mjs";

function reset() {
  clearRefusal();
  resetPlaces();
  showTaller(false);
  explore();
  choosePlane({ kind: "anchored" });
  state.wanted = 0;
  pause();
  followLink(readLink("").settings, []);
}

export const bindReset = () => element("reset").addEventListener("click", reset);
