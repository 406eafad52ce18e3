/* Presenting, for a class: one or two views fill the screen, in large type; of a lesson its text
   beside one. */
import { all, element, setText, showMessage } from "#lab/lib/dom.mjs";
import { showCards } from "#lab/page/cards.mjs";
import { repaint } from "#lab/page/playback.mjs";
import { areUsual, isCard, layout, usualCards } from "#lab/state/layout.mjs";
import { invalidate, state } from "#lab/state/store.mjs";

/** @typedef {import("#types").View} View */

// Big enough for the back of a room.
const PRESENTED_SIZE = 20;
// On a large screen, which is looked at from farther off, the pictures' text grows with the page's.
const LARGE_SIZE = 16;
const LARGE = window.matchMedia("(min-width: 2200px)");
// Below, two views in large type have no room.
const NARROW = window.matchMedia("(max-width: 799.98px)");

export const isPresenting = () => layout.presented !== null;

/** @type {View[]} */
const AT_FIRST = ["descent-path", "fit"];

/** @param {View[]} names */
export function present(names) {
  if (NARROW.matches) return;
  document.body.classList.add("present");
  setTextSize(PRESENTED_SIZE);
  showPresented(names.slice(-mostViews()));
  showPresentButton();
}

/** The page as it was, with its cards. */
export function leavePresenting() {
  if (!isPresenting()) return;
  layout.presented = null;
  document.body.classList.remove("present");
  showPresentButton();
  setTextSize(usualSize());
  showCards(usualCards());
  invalidate();
}

function showPresentButton() {
  element("present").setAttribute("aria-pressed", String(isPresenting()));
  setText("present", isPresenting() ? "Leave" : "Present");
}

/** A chapter's cards, or the usual ones: while presenting, as many of them as there is room for.
 * @param {View[]} names */
export function showViews(names) {
  layout.alone = null;
  if (!layout.presented) return showCards(names);
  return showPresented(viewsAtFirst());
}

/** A lesson's text or a side panel stands beside one. */
const mostViews = () => (layout.chapter || layout.panels.length ? 1 : 2);

/** What is presented before another view is chosen; none where a chapter's first is a panel.
 * @returns {View[]} */
function viewsAtFirst() {
  const { chapter, cards } = layout;
  if (chapter) return /** @type {View[]} */ (chapter.views.slice(0, 1).filter(isCard));
  return (areUsual(cards) ? AT_FIRST : cards).slice(0, mostViews());
}

export function togglePresenting() {
  if (isPresenting()) leavePresenting();
  else if (NARROW.matches) showMessage("Presenting needs a window of at least 800 pixels.");
  else present(viewsAtFirst());
}

const usualSize = () => (LARGE.matches ? LARGE_SIZE : undefined);

export function bindTextSize() {
  const follow = () => isPresenting() || setTextSize(usualSize());
  LARGE.addEventListener("change", follow);
  if (LARGE.matches) follow();
}

/** @param {number | undefined} size */
function setTextSize(size) {
  state.textSize = size;
  repaint();
}

/** @param {View[]} names */
function showPresented(names) {
  layout.presented = names;
  showCards(names);
  for (const show of all(".show-view")) {
    const isShown = names.some((name) => name === show.dataset.view);
    show.setAttribute("aria-pressed", String(isShown));
  }
  invalidate();
}

/** While presenting a view comes or goes; else it alone fills the page, and back.
 * @param {View} name */
export function chooseView(name) {
  const { presented, alone } = layout;
  if (presented) {
    const others = presented.filter((one) => one !== name);
    const isNew = others.length === presented.length;
    const next = isNew ? [...others, name].slice(-mostViews()) : others;
    // Where a chapter has a panel to show, its last view may go.
    return showPresented(next.length || layout.chapter ? next : presented);
  }
  layout.alone = alone === name ? null : name;
  showCards(layout.alone ? [layout.alone] : usualCards());
}
