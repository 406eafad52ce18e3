/* The keys, and the card that lists them. */
import { all, element, setText } from "#lab/lib/dom.mjs";
import { readAddress } from "#lab/page/address.mjs";
import { raiseCurtain, recallCurtain, useCurtain } from "#lab/page/curtain.mjs";
import { toggleHands } from "#lab/page/hands.mjs";
import { turnPage } from "#lab/page/lesson.mjs";
import { goTo, pause, play, stepBy } from "#lab/page/playback.mjs";
import {
  chooseView,
  isPresenting,
  leavePresenting,
  present,
  togglePresenting,
} from "#lab/page/present.mjs";
import { stepRate } from "#lab/page/rate-control.mjs";
import { nextTheme } from "#lab/page/theme.mjs";
import { layout } from "#lab/state/layout.mjs";
import { CARD_ORDER, state } from "#lab/state/store.mjs";

const KEEP = "single-keys";

function readSwitch() {
  try {
    layout.areSingleKeysOn = localStorage.getItem(KEEP) !== "off";
  } catch {
    // A browser that keeps nothing has them on.
  }
  showSwitch();
}

function showSwitch() {
  element("single-keys").setAttribute("aria-checked", String(layout.areSingleKeysOn));
  setText("single-keys", layout.areSingleKeysOn ? "on" : "off");
}

function switchSingleKeys() {
  layout.areSingleKeysOn = !layout.areSingleKeysOn;
  showSwitch();
  try {
    localStorage.setItem(KEEP, layout.areSingleKeysOn ? "on" : "off");
  } catch {
    // It holds until the page is closed.
  }
}

function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

const keysCard = () => /** @type {HTMLDialogElement} */ (element("keys"));

function toggleKeysCard() {
  const card = keysCard();
  if (card.open) card.close();
  else card.showModal();
}

/** @param {number} way */
function turn(way) {
  if (turnPage(way)) return;
  pause();
  goTo(way < 0 ? 0 : state.sweep.end);
}

function leave() {
  if (isPresenting()) leavePresenting();
  else if (layout.alone) chooseView(layout.alone);
}

/** @type {Record<string, () => void>} */
const SINGLE = {
  p: togglePresenting,
  c: useCurtain,
  a: raiseCurtain,
  h: toggleHands,
  f: toggleFullScreen,
  t: () => nextTheme(),
  "?": toggleKeysCard,
  "[": () => stepRate(-1),
  "]": () => stepRate(1),
  ...Object.fromEntries(CARD_ORDER.map((name, k) => [String(k + 1), () => chooseView(name)])),
};
/** @type {Record<string, () => void>} */
const OTHERS = {
  " ": () => (state.playing ? pause() : play()),
  ArrowLeft: () => stepBy(-1),
  ArrowRight: () => stepBy(1),
  PageUp: () => turn(-1),
  PageDown: () => turn(1),
  Escape: leave,
};

const FIELDS = "input:not([type=range]), textarea, select, [role=listbox], [contenteditable]";
// What a field that counts hands has no use for is the page's: C, space and the rest.
const COUNTED = /^(\d|Backspace|Delete|Arrow(Left|Right)|Home|End)$/;
// Which keys some elements want for themselves.
const TAKEN = [
  {
    by: "input[type=range], [role=region], [role=tab]",
    keys: ["ArrowLeft", "ArrowRight", "PageUp", "PageDown"],
  },
  { by: "button, summary, a, [role=button], [role=region]", keys: [" "] },
];
// Whoever used a mouse on one of these means the page by the next key: Space plays, arrows step.
const BY_MOUSE = "by-mouse";

/** What has the focus may want the key for itself. @param {KeyboardEvent} event */
function isTaken({ key, target, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey || keysCard().open) return true;
  // A card closes by itself; the epoch and the learning rate may change behind an open table.
  if (key === "Escape" && document.querySelector("dialog[open]")) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches(".hand-count")) return COUNTED.test(key);
  if (target.classList.contains(BY_MOUSE)) return false;
  return (
    target.matches(FIELDS) || TAKEN.some(({ by, keys }) => keys.includes(key) && target.matches(by))
  );
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const letter = event.key.length === 1 ? event.key.toLowerCase() : "";
  const act = (layout.areSingleKeysOn && SINGLE[letter]) || OTHERS[event.key];
  if (!act || isTaken(event)) return;
  event.preventDefault();
  if (event.target instanceof HTMLElement && event.target.matches(".hand-count"))
    event.target.blur();
  act();
}

function handBack() {
  const used = document.activeElement;
  if (used instanceof HTMLElement && used.matches("#learning-rate, #playhead")) used.blur();
  else if (used?.matches("button, summary")) used.classList.add(BY_MOUSE);
}

/** @param {FocusEvent} event */
function forgetMouse({ target }) {
  if (target instanceof Element) target.classList.remove(BY_MOUSE);
}

export function bindKeys() {
  readSwitch();
  document.addEventListener("keydown", onKey);
  document.addEventListener("mouseup", handBack);
  document.addEventListener("focusout", forgetMouse);
  element("single-keys").addEventListener("click", switchSingleKeys);
  element("show-keys").addEventListener("click", toggleKeysCard);
  element("close-keys").addEventListener("click", toggleKeysCard);
  element("present").addEventListener("click", SINGLE.p);
  element("curtain").addEventListener("click", useCurtain);
  for (const raise of all(".raise-curtain")) raise.addEventListener("click", raiseCurtain);
  for (const show of all(".show-view")) {
    const view = /** @type {import("#types").View} */ (show.dataset.view);
    show.addEventListener("click", () => chooseView(view));
  }
  const asked = readAddress();
  if (asked.present) present(asked.present);
  recallCurtain(asked.curtain);
}
