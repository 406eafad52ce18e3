/* Wires the page: who listens to what, in which order; then begins with the first sweep. */
import { all, element, found, setText, showMessage } from "#lab/lib/dom.mjs";
import { holdSliders } from "#lab/lib/touch.mjs";
import { headline } from "#lab/model/headline.mjs";
import { Sweep } from "#lab/model/sweep.mjs";
import { snapshotOf } from "#lab/model/track.mjs";
import { bindAbout } from "#lab/page/about.mjs";
import { bindFrame, keepAddress } from "#lab/page/address.mjs";
import { bindCardButtons, showCardButtons } from "#lab/page/card-buttons.mjs";
import { watchConnection } from "#lab/page/connection.mjs";
import { coverRun, showCurtain } from "#lab/page/curtain.mjs";
import { bindDescriptions, describe, describeNow } from "#lab/page/descriptions.mjs";
import { bindWhy, keepRoom, showExplanation } from "#lab/page/explanation.mjs";
import { watchFailures } from "#lab/page/failures.mjs";
import { nameFacts, showFacts } from "#lab/page/facts.mjs";
import { bindChoices, showChoices } from "#lab/page/fields.mjs";
import { bindHands } from "#lab/page/hands.mjs";
import { inspect } from "#lab/page/inspection.mjs";
import { greet } from "#lab/page/first-visit.mjs";
import { bindKeys } from "#lab/page/keys.mjs";
import { receiveChapter, seeChange, startLesson } from "#lab/page/lesson.mjs";
import { bindPlaces } from "#lab/page/cards.mjs";
import { bindReach, chooseTab } from "#lab/page/navigation.mjs";
import { bindOpeners } from "#lab/page/openers.mjs";
import { bindPictures } from "#lab/page/pictures.mjs";
import { bindPlanes, makeRoomForPlane, showPlane } from "#lab/page/plane.mjs";
import { adoptSweep, start } from "#lab/page/playback.mjs";
import { bindRate, makeRoomForTick, selectRate, showRate } from "#lab/page/rate-control.mjs";
import { bindReset } from "#lab/page/reset.mjs";
import { bindReadings } from "#lab/page/reading.mjs";
import { bindSave } from "#lab/page/save.mjs";
import { isSaved, openSaved } from "#lab/page/saved.mjs";
import { bindShare, receiveExport, share } from "#lab/page/share.mjs";
import { bindByHand } from "#lab/page/by-hand.mjs";
import { bindStart } from "#lab/page/start-by-hand.mjs";
import { followWidth, showLines, showSweep } from "#lab/page/strip.mjs";
import { bindTables, followTable } from "#lab/page/tables.mjs";
import { followTask, noteTry, showTask } from "#lab/page/task.mjs";
import { nameTheme, nextTheme } from "#lab/page/theme.mjs";
import { bindTimeline, showTimeline } from "#lab/page/timeline.mjs";
import { bindTextSize } from "#lab/page/present.mjs";
import { request, requestExactly, showControls } from "#lab/page/training.mjs";
import { VIEWS } from "#lab/page/views.mjs";
import { bindActivations } from "#lab/panels/activations.mjs";
import { bindCompare } from "#lab/panels/compare.mjs";
import { bindMap, recallMap } from "#lab/panels/map.mjs";
import { drawPanels } from "#lab/panels/panels.mjs";
import { bindUserData } from "#lab/panels/user-data.mjs";
import { on } from "#lab/state/events.mjs";
import { layout } from "#lab/state/layout.mjs";
import { placePins } from "#lab/state/pins.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { CARD_ORDER, redraw, state } from "#lab/state/store.mjs";
import { recallOwn } from "#lab/state/user-data.mjs";
import "#lab/page/automation.mjs";

/* ---- what the server answers ---- */

/** @type {Record<string, (answer: any) => void>} */
const RECEIVERS = {
  // The sweep that the page brings with it.
  "train-answer": (answer) => whenReady(() => begin(answer.payload)),
  "export-answer": receiveExport,
  "chapter-answer": receiveChapter,
  "side-body": seeChange,
  "lesson-task": showTask,
};

/** Passes on what Dash has put into the page.
 * @param {string} store
 * @param {any} answer */
export const receive = (store, answer) => RECEIVERS[store](answer);

/* ---- who listens ---- */

const moment = () => snapshotOf(state.track, state.wanted);

function listen() {
  on("sweep", (sweep) => {
    setText("headline", headline(sweep));
    nameFacts(sweep);
    keepRoom(sweep);
    showSweep(sweep);
    showCardButtons(sweep);
    makeRoomForPlane(sweep);
    placePins(sweep);
    coverRun();
  });
  on("frame", drawFrame);
  on("idle", () => {
    // What was drawn coarsely while it moved.
    if (drawn.isCoarse) redraw();
    drawPanels(state.sweep, moment());
    share();
    describe();
    noteTry();
    keepAddress();
    inspect();
  });
  on("curtain", () => {
    showSweep(state.sweep);
    showRate();
    describeNow();
  });
  on("controls", () => {
    showChoices(state.sweep);
    showPlane(state.sweep);
    showRate();
  });
  on("rate", showRate);
  on("described", followTable);
  on("choose", request);
  on("open", requestExactly);
  on("pick", selectRate);
  on("busy", showBusy);
}

/** @param {import("#types").Snapshot} now */
function drawFrame(now) {
  const { sweep, run, detail } = state;
  showFacts(sweep, run, now);
  showLines(sweep, now.epoch);
  makeRoomForTick();
  for (const name of CARD_ORDER) setText(`${name}-note`, VIEWS[name].note(sweep, now));
  showExplanation(sweep, run, now, detail);
  showTimeline(state, now);
  showCurtain();
  drawPanels(sweep, now);
  share();
  followTask();
}

/** What the server says while it is busy goes away with it. @param {string} sentence */
function showBusy(sentence) {
  if (sentence) showMessage(sentence);
  else if (element("message").textContent === layout.busySentence) showMessage("");
  layout.busySentence = sentence;
}

/* ---- start ---- */

function bindPage() {
  element("theme").addEventListener("click", nextTheme);
  element("close-message").addEventListener("click", () => showMessage(""));
  nameTheme();
  const tabs = all(".tab");
  tabs.forEach((tab) => tab.addEventListener("click", () => chooseTab(tab)));
  chooseTab(tabs[0]);
  bindReach();
  bindTextSize();
  bindReset();
  bindOpeners();
  bindAbout();
  bindWhy();
  element("lesson-door").addEventListener("click", () => element("go-lesson").click());
  for (const bind of [
    bindCardButtons,
    bindReadings,
    bindFrame,
    bindDescriptions,
    bindHands,
    bindTables,
    bindShare,
    bindPictures,
    bindSave,
    bindActivations,
    bindCompare,
    bindMap,
    bindUserData,
  ])
    bind();
}

/** @param {import("#types").Packed} payload */
function begin(payload) {
  listen();
  // Before the sliders' own listeners, which must hear nothing of a finger that scrolls.
  holdSliders(document);
  if (!isSaved) {
    watchConnection();
    watchFailures();
  }
  start();
  // The cards have their sizes before anything is drawn in them.
  bindPlaces();
  followWidth();
  const shown = adoptSweep(new Sweep(payload));
  shown.then(() => document.body.classList.add("ready"));
  if (!isSaved) greet(shown);
  bindRate();
  bindChoices(showControls);
  bindTimeline();
  bindPage();
  bindPlanes();
  bindStart();
  bindByHand();
  recallOwn();
  showControls();
  startLesson();
  recallMap();
  bindKeys();
}

/** Dash may be done before the page's elements or plotly.js are there. @param {() => void} then */
function whenReady(then) {
  if (window.Plotly && found("curves") && found("playhead")) then();
  else setTimeout(whenReady, 20, then);
}

if (isSaved) openSaved(begin);
