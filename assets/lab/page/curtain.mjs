/* The curtain: hides what a class is to guess, and reveals it rate by rate. */
import { element, setText } from "#lab/lib/dom.mjs";
import { goTo, isPlayedOut, pause, play, repaint } from "#lab/page/playback.mjs";
import { config } from "#lab/state/config.mjs";
import {
  curtain,
  isHidden,
  isRevealed,
  keepCurtain,
  keptCurtain,
  reveal,
} from "#lab/state/curtain.mjs";
import { emit } from "#lab/state/events.mjs";
import { layout } from "#lab/state/layout.mjs";
import { invalidate, state } from "#lab/state/store.mjs";

/** Hides these, of config.curtain. @param {string[]} hidden */
export const drawCurtain = (hidden) => hang(hidden, false);

/** @param {string[]} hidden @param {boolean} isDrawn whether the class has drawn it */
function hang(hidden, isDrawn) {
  const showedOptimum = !isHidden("optimum");
  state.hidden = new Set(hidden);
  curtain.isDrawn = isDrawn;
  keepCurtain();
  if (showedOptimum === isHidden("optimum")) repaint();
  follow();
}

/** What is said and listed must not tell for a moment what is hidden now. */
function follow() {
  document.body.classList.toggle("curtain", state.hidden.size > 0);
  emit("curtain");
  invalidate();
}

/* ---- the class's own: all of it, drawn by a button ---- */

/** Hides what the class is to guess; once drawn, it is lifted from the rate on show. */
export const useCurtain = () => (curtain.isDrawn ? revealRate() : drawAll());

function drawAll() {
  curtain.revealed = { of: "", rates: [] };
  hang(config.curtain, true);
  // What still plays would play the answer.
  pause();
  goTo(0);
}

/** Its outcome shows, and the run plays; at its end the class has seen it already. */
function revealRate() {
  const isSeen = isPlayedOut() && !isRevealed(state.run);
  reveal(state.run);
  keepCurtain();
  follow();
  if (isSeen) return;
  goTo(0);
  play();
}

/** Where another run is on show, which is still to be guessed, the playhead goes back: the pictures
 * would have it up to where the last one was played. */
export function coverRun() {
  if (!curtain.isDrawn || isRevealed(state.run)) return;
  pause();
  goTo(0);
}

/** All is shown but what a chapter hides. */
export function raiseCurtain() {
  if (curtain.isDrawn) drawCurtain(layout.chapter?.hide ?? []);
}

/** The button says what the key does next. */
export function showCurtain() {
  const next = isRevealed(state.run) ? "Play again" : "Reveal this rate";
  setText("curtain", curtain.isDrawn ? next : "Curtain");
  element("raise-curtain").hidden = !curtain.isDrawn;
}

/** It stays also through a reload of this tab. */
export function recallCurtain() {
  const kept = document.body.dataset.mode === "lesson" ? null : keptCurtain();
  if (!kept) return;
  curtain.revealed = kept;
  hang(config.curtain, true);
}
