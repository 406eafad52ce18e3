/* The lesson: a chapter sets the same page that free exploration uses, asks, and draws the curtain
   away. Everything stays touchable; one click brings the chapter's own settings back. */
(function (lab) {
  "use strict";

  const { state, element } = lab;
  const CARDS = lab.CARD_ORDER;

  const NARROW = "(max-width: 767.98px)";

  /** The chapter on show, or null in free exploration. */
  let [chapter, ticket, panels] = [null, 0, []];
  // The cards that a link named, else all.
  let cards = CARDS;

  /* ---- which views ---- */

  function showCards(names) {
    const shown = CARDS.filter((name) => names.includes(name));
    for (const name of CARDS) element(`${name}-card`).hidden = !shown.includes(name);
    CARDS.forEach((name) => element(`${name}-card`).classList.toggle("leads", name === shown[0]));
    document.querySelector(".views").dataset.count = shown.length;
    document.querySelector(".lab").classList.toggle("no-cards", shown.length === 0);
    lab.showTabs();
    lab.touch();
  }

  function openPanels(names) {
    panels = names;
    element("side").hidden = names.length === 0;
    element("panel").value = names.length === 1 ? names[0] : "none";
    document.querySelector(".lab").classList.toggle("side-open", names.length > 0);
    window.dash_clientside.set_props("panel-request", { data: names });
    lab.touch();
  }

  /* ---- the curtain ---- */

  function drawCurtain(hidden) {
    const showedOptimum = !state.hidden.has("optimum");
    state.hidden = new Set(hidden);
    document.body.classList.toggle("curtain", state.hidden.size > 0);
    if (showedOptimum === state.hidden.has("optimum")) lab.repaint();
    lab.showSweep(state.sweep);
    lab.showRate();
    // What is said and listed must not tell for a moment what is hidden now.
    lab.describeNow();
    lab.touch();
  }

  function answerQuestion(button) {
    const { question, hide } = chapter;
    const isRight = Number(button.dataset.choice) === question.answer;
    for (const choice of document.querySelectorAll("#lesson-text .choice")) {
      choice.disabled = true;
      choice.classList.toggle("right", Number(choice.dataset.choice) === question.answer);
      choice.classList.toggle("wrong", choice === button && !isRight);
    }
    lab.setText("lesson-verdict", isRight ? "Right." : `Not quite: it is “${question.choices[question.answer - 1]}”.`);
    element("lesson-why").hidden = false;
    drawCurtain(hide);
  }

  /* ---- chapters ---- */

  function openChapter(slug, isNew = true) {
    ticket += 1;
    window.dash_clientside.set_props("chapter-request", { data: { ticket, slug } });
    if (isNew) history.pushState({}, "", lab.searchOf(lab.chapterQuery(slug)));
  }

  function receiveChapter(answer) {
    if (!answer || answer.ticket !== ticket) return window.dash_clientside.no_update;
    if (answer.error) {
      lab.showMessage(answer.error);
      // Nothing has changed, so the address goes back to what is on show.
      history.replaceState({}, "", lab.searchOf(chapter ? lab.chapterQuery(chapter.slug) : `v=${lab.LINK_VERSION}`));
      lab.touch();
      return window.dash_clientside.no_update;
    }
    chapter = answer.chapter;
    setMode("lesson");
    element("chapter").value = chapter.slug;
    element("previous-chapter").disabled = !chapter.previous;
    element("next-chapter").disabled = !chapter.next;
    element("lesson-body").scrollTop = 0;
    lab.showViews(usualCards());
    openPanels(chapter.views.filter((name) => !CARDS.includes(name)));
    setChapter();
    return window.dash_clientside.no_update;
  }

  /** The chapter's settings, learning rate and playhead; its curtain unless it was answered. */
  function setChapter() {
    lab.pause();
    state.wanted = chapter.playhead;
    const isAnswered = document.querySelector("#lesson-text .choice:disabled") && !element("lesson-why").hidden;
    drawCurtain(chapter.question && !isAnswered ? [...chapter.hide, ...chapter.curtain] : chapter.hide);
    lab.choosePlane({ kind: "anchored" });
    lab.requestExactly(chapter.settings);
  }

  /** The cards that are on show when nobody has chosen others. */
  const usualCards = () => (chapter ? chapter.views.filter((name) => CARDS.includes(name)) : cards);

  /** One chapter back or on; false where no lesson is open. */
  function turnPage(way) {
    const slug = chapter && (way < 0 ? chapter.previous : chapter.next);
    if (slug) openChapter(slug);
    return Boolean(chapter);
  }

  function explore(isNew = true) {
    // A chapter that is still on its way has come too late.
    ticket += 1;
    chapter = null;
    cards = CARDS;
    setMode("explore");
    lab.showViews(CARDS);
    openPanels([]);
    drawCurtain([]);
    if (isNew) history.pushState({}, "", location.pathname);
  }

  function setMode(mode) {
    document.body.dataset.mode = mode;
    element("lesson").hidden = mode !== "lesson";
    for (const name of ["explore", "lesson"]) element(`go-${name}`).setAttribute("aria-current", name === mode ? "page" : "false");
  }

  /** The address decides at the start and after Back. */
  function followAddress() {
    const asked = lab.readAddress();
    const slug = lab.wordsInAddress().get("chapter");
    if (asked.problems.length) lab.showMessage(asked.problems.join("\n"));
    if (slug) return openChapter(slug, false);
    if (chapter) explore(false);
    if (asked.isEmpty) return lab.touch();
    lab.choosePlane(asked.plane, true);
    if (asked.epoch !== null) state.wanted = asked.epoch;
    openPanels(asked.views);
    cards = asked.cards.length ? asked.cards : CARDS;
    lab.showViews(cards);
    lab.followLink(asked.settings, asked.problems);
  }

  /* ---- a goal that can be checked ---- */

  function checkGoal() {
    const status = element("lesson-goal-status");
    if (!chapter?.goal || !status) return;
    const { train_loss_below: below, within_epochs: within } = chapter.goal;
    const { track } = state;
    for (let k = 0; k < track.length && track.epochs[k] <= within; k++) {
      if (track.loss[k] >= below) continue;
      lab.setText("lesson-goal-status", `Reached, at epoch ${track.epochs[k]}.`);
      status.dataset.reached = true;
      return;
    }
    lab.setText("lesson-goal-status", "Not yet.");
    status.dataset.reached = false;
  }

  /* ---- start ---- */

  /** The first of the contents; Dash puts an empty one before it. */
  const firstChapter = () => [...element("chapter").options].find(({ value }) => value).value;

  function startLesson() {
    element("go-lesson").addEventListener("click", () => openChapter(element("chapter").value || firstChapter()));
    element("go-explore").addEventListener("click", () => explore());
    element("chapter").addEventListener("change", (event) => openChapter(event.target.value));
    element("previous-chapter").addEventListener("click", () => openChapter(chapter.previous));
    element("next-chapter").addEventListener("click", () => openChapter(chapter.next));
    element("reset-chapter").addEventListener("click", setChapter);
    element("panel").addEventListener("change", (event) => openPanels(event.target.value === "none" ? [] : [event.target.value]));
    element("close-side").addEventListener("click", () => openPanels([]));
    document.addEventListener("click", (event) => {
      const choice = event.target.closest("#lesson-text .choice");
      if (choice) answerQuestion(choice);
      if (event.target.closest("#make-step")) lab.stepBy(1);
    });
    document.addEventListener("input", (event) => event.target.id === "tensor-x" && lab.touch());
    window.addEventListener("popstate", followAddress);
    setMode("explore");
    followAddress();
  }

  /** Dash has put new text or a new panel on the page. */
  function seeChange() {
    // On a phone a panel opens below everything else.
    if (panels.length && window.matchMedia(NARROW).matches && !chapter) setTimeout(() => element("side").scrollIntoView(), 100);
    lab.touch();
    return window.dash_clientside.no_update;
  }

  Object.assign(lab, { openPanels, showCards, drawCurtain, turnPage, usualCards, startLesson, checkGoal, openPanelNames: () => panels });
  Object.assign(window.dash_clientside.descentLab, { receiveChapter, seeChange });
})(window.descentLab);
