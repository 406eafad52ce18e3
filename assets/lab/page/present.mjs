/* Presenting, for a class: one or two views fill the screen, in large type. */
import { all, element, setText, showMessage } from "#lab/lib/dom.mjs";
import { showCards } from "#lab/page/cards.mjs";
import { repaint } from "#lab/page/playback.mjs";
import { layout, usualCards } from "#lab/state/layout.mjs";
import { invalidate, state } from "#lab/state/store.mjs";

/** @typedef {import("#types").View} View */

// Big enough for the back of a room.
const PRESENTED_SIZE = 20;
// Below, two views in large type have no room.
const NARROW = window.matchMedia("(max-width: 799.98px)");

export const isPresenting = () => layout.presented !== null;

/** @param {View[]} names */
export function present(names) {
  if (NARROW.matches) return;
  document.body.classList.add("present");
  setTextSize(PRESENTED_SIZE);
  showPresented(names.slice(-2));
  showPresentButton();
}

/** The page as it was, with all its cards. */
export function leavePresenting() {
  if (!isPresenting()) return;
  layout.presented = null;
  document.body.classList.remove("present");
  showPresentButton();
  setTextSize(undefined);
  showCards(usualCards());
  invalidate();
}

function showPresentButton() {
  element("present").setAttribute("aria-pressed", String(isPresenting()));
  setText("present", isPresenting() ? "Leave" : "Present");
}

/** A chapter's cards, or all: while presenting, the first two of them. @param {View[]} names */
export function showViews(names) {
  layout.alone = null;
  if (!layout.presented) return showCards(names);
  return showPresented(names.length ? names.slice(0, 2) : layout.presented);
}

export function togglePresenting() {
  if (isPresenting()) leavePresenting();
  else if (NARROW.matches) showMessage("Presenting needs a window of at least 800 pixels.");
  else present(["descent-path", "fit"]);
}

/** @param {number | undefined} size */
function setTextSize(size) {
  state.textSize = size;
  repaint();
}

/** @param {View[]} names two at most */
function showPresented(names) {
  layout.presented = names;
  showCards(names);
  for (const show of all(".show-view")) {
    const isShown = names.some((name) => name === show.dataset.view);
    show.setAttribute("aria-pressed", String(isShown));
  }
  invalidate();
}

/** While presenting a view comes or goes, two at most; else it alone fills the page, and back.
 * @param {View} name */
export function chooseView(name) {
  const { presented, alone } = layout;
  if (presented) {
    const others = presented.filter((one) => one !== name);
    const isNew = others.length === presented.length;
    if (isNew || others.length) showPresented(isNew ? [...others, name].slice(-2) : others);
    return;
  }
  layout.alone = alone === name ? null : name;
  showCards(layout.alone ? [layout.alone] : usualCards());
}
