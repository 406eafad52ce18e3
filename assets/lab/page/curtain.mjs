/* The curtain: hides what a class is to guess, and reveals it rate by rate, each at the end of its
   run. */
import { all, setText } from "#lab/lib/dom.mjs";
import { goTo, isPlayedOut, pause, play, repaint } from "#lab/page/playback.mjs";
import {
  CURTAINS,
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
  Object.assign(curtain, { isDrawn, isLanding: false });
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
  hang(CURTAINS[1], true);
  // What still plays would play the answer.
  pause();
  goTo(0);
}

/** The run plays, and its outcome shows at its end; at once where that has been seen, or where it
 * is asked for again on the way. */
function revealRate() {
  const isKnown = isRevealed(state.run);
  if (!isKnown && (curtain.isLanding || isPlayedOut())) return land();
  curtain.isLanding = !isKnown;
  goTo(0);
  play();
}

function land() {
  curtain.isLanding = false;
  reveal(state.run);
  keepCurtain();
  follow();
}

/** Where another run is on show, which is still to be guessed, the playhead goes back: the pictures
 * would have it up to where the last one was played. */
export function coverRun() {
  curtain.isLanding = false;
  if (!curtain.isDrawn || isRevealed(state.run)) return;
  pause();
  goTo(0);
}

/** What a chapter hides until its question is answered is not the class's to show. */
const canRaise = () => curtain.isDrawn || (!layout.chapter && state.hidden.size > 0);

/** All is shown but what a chapter hides. */
export function raiseCurtain() {
  if (canRaise()) drawCurtain(layout.chapter?.hide ?? []);
}

/** Called at each frame: the buttons say what the keys do next. */
export function showCurtain() {
  if (curtain.isLanding && isPlayedOut()) land();
  const next = isRevealed(state.run) ? "Play again" : "Reveal this rate";
  setText("curtain", curtain.isDrawn ? next : "Curtain");
  for (const raise of all(".raise-curtain")) raise.hidden = !canRaise();
}

/** The one that the address names; what was revealed behind it stays so through a reload.
 * @param {string} word of CURTAINS, or nothing */
export function recallCurtain(word) {
  if (!word || document.body.dataset.mode === "lesson") return;
  curtain.revealed = keptCurtain();
  hang(CURTAINS[word], word === "1");
}
