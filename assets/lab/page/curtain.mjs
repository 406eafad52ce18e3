/* The curtain: hides what a class is to guess. */
import { setText } from "#lab/lib/dom.mjs";
import { goTo, pause, play, repaint } from "#lab/page/playback.mjs";
import { config } from "#lab/state/config.mjs";
import { emit } from "#lab/state/events.mjs";
import { invalidate, state } from "#lab/state/store.mjs";

/** Hides these, of config.curtain. @param {string[]} hidden */
export function drawCurtain(hidden) {
  const showedOptimum = !state.hidden.has("optimum");
  state.hidden = new Set(hidden);
  document.body.classList.toggle("curtain", state.hidden.size > 0);
  if (showedOptimum === state.hidden.has("optimum")) repaint();
  // What is said and listed must not tell for a moment what is hidden now.
  emit("curtain");
  invalidate();
}

/* ---- the class curtain: all of it, drawn by a button ---- */

const DRAWN = "curtain";

/** Hides what the class is to guess; the second time it goes away and the run is played. */
export function toggleCurtain() {
  const isHidden = state.hidden.size > 0;
  drawCurtain(isHidden ? [] : config.curtain);
  keepCurtain();
  // What still plays would play the answer.
  pause();
  goTo(0);
  if (isHidden) play();
}

/** It stays also through a reload of this tab. */
function keepCurtain() {
  const isDrawn = state.hidden.size > 0;
  setText("curtain", isDrawn ? "Reveal and play" : "Curtain");
  try {
    if (isDrawn) sessionStorage.setItem(DRAWN, "drawn");
    else sessionStorage.removeItem(DRAWN);
  } catch {
    // A browser that keeps nothing opens it at a reload.
  }
}

export function recallCurtain() {
  try {
    if (document.body.dataset.mode === "lesson" || sessionStorage.getItem(DRAWN) !== "drawn")
      return;
  } catch {
    return;
  }
  drawCurtain(config.curtain);
  keepCurtain();
}
