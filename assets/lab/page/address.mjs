/* The address of the page. It follows what is on show, so that it can be shared; a saved page's is
   that of its file. */
import { clicked } from "#lab/lib/dom.mjs";
import { chapterQuery, isAnotherState, queryOf, readLink, wordsIn } from "#lab/model/link.mjs";
import { isTraining } from "#lab/page/training.mjs";
import { backend } from "#lab/state/backend.mjs";
import { curtainWord } from "#lab/state/curtain.mjs";
import { areUsual, layout, usualCards } from "#lab/state/layout.mjs";
import { settingsNow, state } from "#lab/state/store.mjs";
import { training } from "#lab/state/training.mjs";

export const isEmbedded = wordsIn(location.search).get("embed") === "1";

/** A query as this page's address has it: in a frame it goes on to say so.
 * @param {string} query */
export const searchOf = (query) => `?${query}${isEmbedded ? "&embed=1" : ""}`;

/** What a link to this page says; in a lesson, its chapter. The epoch is the one that was asked
    for, also where a sweep has not kept it: the next one may. */
export function queryNow() {
  const chapter = chapterInAddress();
  if (chapter) return chapterQuery(chapter);
  const cards = usualCards();
  return queryOf(settingsNow(), {
    plane: state.sweep.planeChoice,
    views: [...(areUsual(cards) ? [] : cards), ...layout.panels],
    presented: layout.presented,
    curtain: curtainWord(),
    epoch: Math.round(state.wanted),
  });
}

const chapterInAddress = () => new URLSearchParams(location.search).get("chapter");

/** A link that is still being trained stays; a chapter's address is its own, also while its text is
    on the way. Called at rest: all that was changed until then is one step of the history. */
export function keepAddress() {
  const isChapters = document.body.dataset.mode === "lesson" || chapterInAddress() !== null;
  if (!backend.canTrain || isTraining() || isChapters) return;
  const search = searchOf(queryNow());
  const isStep = !training.hasEntry && !isEmbedded && isAnotherState(search, location.search);
  training.hasEntry = true;
  if (isStep) history.pushState({}, "", location.pathname + search);
  else if (search !== location.search)
    history.replaceState(history.state, "", location.pathname + search);
}

/** What the address asks for. */
export function readAddress() {
  const link = readLink(location.search);
  return backend.canTrain ? link : { ...link, isBare: true, problems: [] };
}

/** From a frame to the same on a page of its own. @param {Event} event */
function openWhole(event) {
  const link = clicked(event, "#open-whole");
  if (!(link instanceof HTMLAnchorElement)) return;
  const words = wordsIn(location.search);
  words.delete("embed");
  link.href = `?${words}`;
}

/** A page in a frame says so, and offers itself as a page of its own. */
export function bindFrame() {
  document.addEventListener("click", openWhole);
  document.body.classList.toggle("embed", isEmbedded);
}
