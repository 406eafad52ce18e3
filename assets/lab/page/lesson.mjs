/* The lesson: a chapter sets the same page that free exploration uses, asks, and draws the curtain
   away. Everything stays touchable; one click brings the chapter's own settings back. */
import { NARROW, all, button, clicked, element, select, showMessage } from "#lab/lib/dom.mjs";
import { bareQuery, chapterQuery } from "#lab/model/link.mjs";
import { readAddress, searchOf } from "#lab/page/address.mjs";
import { openPanels } from "#lab/page/cards.mjs";
import { drawCurtain } from "#lab/page/curtain.mjs";
import { choosePlane } from "#lab/page/plane.mjs";
import { pause, stepBy } from "#lab/page/playback.mjs";
import { showViews } from "#lab/page/present.mjs";
import { bindTask, restartTask, showWayOn } from "#lab/page/task.mjs";
import { followLink, requestExactly } from "#lab/page/training.mjs";
import { backend } from "#lab/state/backend.mjs";
import { USUAL, isCard, layout, usualCards } from "#lab/state/layout.mjs";
import { lesson } from "#lab/state/lesson.mjs";
import { Client } from "#lab/state/requests.mjs";
import { invalidate, state } from "#lab/state/store.mjs";
import { training } from "#lab/state/training.mjs";

/** @typedef {import("#types").Chapter} Chapter */

/* ---- chapters ---- */

/** @type {Client<string>} */
const client = new Client("chapter-request", {
  build: (slug) => ({ slug }),
  answered: ({ chapter, error = "" }) => (chapter ? adopt(chapter) : stay(error)),
  failed: stay,
});

export const receiveChapter = (/** @type {import("#types").Answer | null} */ answer) =>
  client.receive(answer);

/** @param {string} slug */
function openChapter(slug, isNew = true) {
  client.drop();
  client.ask(slug);
  if (isNew) history.pushState({}, "", searchOf(chapterQuery(slug)));
}

/** Nothing has changed, so the address goes back to what is on show. @param {string} sentence */
function stay(sentence) {
  const { chapter } = layout;
  showMessage(sentence);
  history.replaceState({}, "", searchOf(chapter ? chapterQuery(chapter.slug) : bareQuery));
  invalidate();
}

/** @param {Chapter} chapter */
function adopt(chapter) {
  layout.chapter = chapter;
  lesson.isAnswered = false;
  lesson.part = chapter.part;
  setMode("lesson");
  select("chapter").value = chapter.slug;
  button("previous-chapter").disabled = !chapter.previous;
  button("next-chapter").disabled = !chapter.next;
  element("lesson-body").scrollTop = 0;
  element("lesson-task").scrollTop = 0;
  window.scrollTo({ top: 0, behavior: "instant" });
  showViews(usualCards());
  openPanels(chapter.views.filter((name) => !isCard(name)));
  openPart();
  setChapter();
  showWayOn();
}

/** The chapter's settings, learning rate and playhead; its curtain unless it was answered. */
function setChapter() {
  const chapter = /** @type {Chapter} */ (layout.chapter);
  pause();
  state.wanted = chapter.playhead;
  restartTask();
  choosePlane({ kind: "anchored" });
  requestExactly(chapter.settings);
}

/** One chapter back or on; false where no lesson is open. @param {number} way */
export function turnPage(way) {
  const { chapter } = layout;
  const slug = chapter && (way < 0 ? chapter.previous : chapter.next);
  if (slug) openChapter(slug);
  return Boolean(chapter);
}

export function explore(isNew = true) {
  // A chapter that is still on its way has come too late.
  client.drop();
  lesson.part = 0;
  Object.assign(layout, { chapter: null, cards: USUAL });
  setMode("explore");
  showViews(USUAL);
  openPanels([]);
  drawCurtain([]);
  if (isNew) history.pushState({}, "", location.pathname);
  training.hasEntry = true;
}

/** @param {"explore" | "lesson"} mode */
function setMode(mode) {
  document.body.dataset.mode = mode;
  // What a chapter has not introduced is not there (assets/04-lesson.css).
  document.body.dataset.hide = layout.chapter?.hide.join(" ") ?? "";
  element("lesson").hidden = mode !== "lesson";
  for (const name of ["explore", "lesson"])
    element(`go-${name}`).setAttribute("aria-current", name === mode ? "page" : "false");
}

/** Back leads to an entry that is there already, also where it says nothing of settings: then it
    is how the page begins. */
function followBack() {
  const isLesson = layout.chapter !== null;
  training.hasEntry = true;
  followAddress();
  const { isBare, settings, problems } = readAddress();
  const isStart = isBare && !problems.length;
  if (isStart && !isLesson && backend.canTrain) followLink(settings, []);
}

/** The address decides at the start and after Back. */
function followAddress() {
  const asked = readAddress();
  if (asked.problems.length) showMessage(asked.problems.join("\n"));
  if (asked.chapter) return openChapter(asked.chapter, false);
  if (layout.chapter) explore(false);
  if (asked.isBare) return invalidate();
  choosePlane(asked.plane, true);
  if (asked.epoch !== null) state.wanted = asked.epoch;
  openPanels(asked.views);
  layout.cards = asked.cards.length ? asked.cards : USUAL;
  showViews(layout.cards);
  followLink(asked.settings, asked.problems);
}

/* ---- start ---- */

/** The first of the contents; Dash puts an empty one before it. */
const firstChapter = () => [...select("chapter").options].find(({ value }) => value)?.value ?? "";

export function startLesson() {
  element("go-lesson").addEventListener("click", () =>
    openChapter(select("chapter").value || firstChapter()),
  );
  element("go-explore").addEventListener("click", () => explore());
  select("chapter").addEventListener("change", () => openChapter(select("chapter").value));
  element("previous-chapter").addEventListener("click", () => turnPage(-1));
  element("next-chapter").addEventListener("click", () => turnPage(1));
  element("go-on").addEventListener("click", () => turnPage(1));
  element("reset-chapter").addEventListener("click", setChapter);
  bindTask();
  new MutationObserver(openPart).observe(element("side"), { childList: true, subtree: true });
  const panel = select("panel");
  panel.addEventListener("change", () => openPanels(panel.value === "none" ? [] : [panel.value]));
  element("close-side").addEventListener("click", () => openPanels([]));
  document.addEventListener("click", (event) => {
    followInside(event);
    if (clicked(event, "#make-step")) stepBy(1);
  });
  document.addEventListener("input", (event) => clicked(event, "#tensor-x") && invalidate());
  window.addEventListener("popstate", followBack);
  setMode("explore");
  followAddress();
}

/** A link of a chapter to another state of this page stays on it. @param {Event} event */
function followInside(event) {
  const link = clicked(event, "#lesson-text a[href^='?']");
  if (!link) return;
  event.preventDefault();
  history.pushState({}, "", searchOf(link.getAttribute("href")?.slice(1) ?? ""));
  followAddress();
}

/** Of a panel in parts, only the one that the chapter speaks of is open at first, also where Dash
 * puts the panel on the page anew. */
function openPart() {
  const { part } = lesson;
  const parts = /** @type {NodeListOf<HTMLDetailsElement>} */ (all("details.part"));
  if (!part) return;
  for (const one of parts) {
    if (one.dataset.openedFor === layout.chapter?.slug) continue;
    one.open = one.dataset.part === String(part);
    one.dataset.openedFor = layout.chapter?.slug;
  }
}

/** Dash has put new text or a new panel on the page. */
export function seeChange() {
  // On a phone a panel opens below everything else.
  if (layout.panels.length && window.matchMedia(NARROW).matches && !layout.chapter)
    setTimeout(() => element("side").scrollIntoView(), 100);
  invalidate();
}
