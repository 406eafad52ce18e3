/* For a class: the keys, and presenting, in which one or two views fill the screen. */
(function (lab) {
  "use strict";

  const { state, element } = lab;
  // Big enough for the back of a room.
  const PRESENTED_SIZE = 20;
  const CURTAIN = ["verdict", "strip", "mark", "ahead", "hints", "optimum"];
  const [KEEP, DRAWN] = ["single-keys", "curtain"];
  // Below, two views in large type have no room.
  const NARROW = window.matchMedia("(max-width: 799.98px)");

  let [presented, alone] = [null, null];

  /* ---- presenting ---- */

  const isPresenting = () => presented !== null;

  function present(names) {
    if (NARROW.matches) return;
    presented = names.slice(-2);
    document.body.classList.add("present");
    showPresentButton();
    setTextSize(PRESENTED_SIZE);
    showPresented();
  }

  /** The page as it was, with all its cards. */
  function leavePresenting() {
    if (!isPresenting()) return;
    presented = null;
    document.body.classList.remove("present");
    showPresentButton();
    setTextSize(undefined);
    lab.showCards(lab.usualCards());
    lab.keepPresenting(null);
  }

  function showPresentButton() {
    element("present").setAttribute("aria-pressed", isPresenting());
    lab.setText("present", isPresenting() ? "Leave" : "Present");
  }

  /** A chapter's cards, or all: while presenting, the first two of them. */
  function showViews(names) {
    alone = null;
    if (!isPresenting()) return lab.showCards(names);
    if (names.length) presented = names.slice(0, 2);
    return showPresented();
  }

  function togglePresenting() {
    if (isPresenting()) leavePresenting();
    else if (NARROW.matches) lab.showMessage("Presenting needs a window of at least 800 pixels.");
    else present(["descent-path", "fit"]);
  }

  function setTextSize(size) {
    lab.textSize = size;
    lab.repaint();
  }

  function showPresented() {
    lab.showCards(presented);
    for (const button of document.querySelectorAll(".show-view")) {
      button.setAttribute("aria-pressed", presented.includes(button.dataset.view));
    }
    lab.keepPresenting(presented);
  }

  /** While presenting a view comes or goes, two at most; else it alone fills the page, and back. */
  function chooseView(name) {
    if (isPresenting()) {
      const others = presented.filter((one) => one !== name);
      if (others.length === presented.length) presented = [...presented, name].slice(-2);
      else if (others.length) presented = others;
      return showPresented();
    }
    alone = alone === name ? null : name;
    return lab.showCards(alone ? [alone] : lab.usualCards());
  }

  /* ---- the curtain ---- */

  /** Hides what the class is to guess; the second time it goes away and the run is played. */
  function toggleCurtain() {
    const isHidden = state.hidden.size > 0;
    lab.drawCurtain(isHidden ? [] : CURTAIN);
    keepCurtain();
    // What still plays would play the answer.
    lab.pause();
    lab.goTo(0);
    if (isHidden) lab.play();
  }

  /** It stays also through a reload of this tab. */
  function keepCurtain() {
    const isDrawn = state.hidden.size > 0;
    lab.setText("curtain", isDrawn ? "Reveal and play" : "Curtain");
    try {
      if (isDrawn) sessionStorage.setItem(DRAWN, "drawn");
      else sessionStorage.removeItem(DRAWN);
    } catch {
      // A browser that keeps nothing opens it at a reload.
    }
  }

  function recallCurtain() {
    try {
      if (document.body.dataset.mode === "lesson" || sessionStorage.getItem(DRAWN) !== "drawn") return;
    } catch {
      return;
    }
    lab.drawCurtain(CURTAIN);
    keepCurtain();
  }

  /* ---- keys ---- */

  let areSingleKeysOn = true;

  function readSwitch() {
    try {
      areSingleKeysOn = localStorage.getItem(KEEP) !== "off";
    } catch {
      // A browser that keeps nothing has them on.
    }
    showSwitch();
  }

  function showSwitch() {
    element("single-keys").setAttribute("aria-checked", areSingleKeysOn);
    lab.setText("single-keys", areSingleKeysOn ? "on" : "off");
  }

  function switchSingleKeys() {
    areSingleKeysOn = !areSingleKeysOn;
    showSwitch();
    try {
      localStorage.setItem(KEEP, areSingleKeysOn ? "on" : "off");
    } catch {
      // It holds until the page is closed.
    }
  }

  function toggleFullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.().catch(() => {});
  }

  function toggleKeysCard() {
    const card = element("keys");
    if (card.open) card.close();
    else card.showModal();
  }

  function turn(way) {
    if (lab.turnPage(way)) return;
    lab.pause();
    lab.goTo(way < 0 ? 0 : state.sweep.end);
  }

  function leave() {
    if (isPresenting()) leavePresenting();
    else if (alone) chooseView(alone);
  }

  const SINGLE = {
    p: togglePresenting,
    c: toggleCurtain,
    f: toggleFullScreen,
    t: () => lab.nextTheme(),
    "?": toggleKeysCard,
    "[": () => lab.stepRate(-1),
    "]": () => lab.stepRate(1),
    ...Object.fromEntries(lab.CARD_ORDER.map((name, k) => [String(k + 1), () => chooseView(name)])),
  };
  const OTHERS = {
    " ": () => (state.playing ? lab.pause() : lab.play()),
    ArrowLeft: () => lab.stepBy(-1),
    ArrowRight: () => lab.stepBy(1),
    PageUp: () => turn(-1),
    PageDown: () => turn(1),
    Escape: leave,
  };

  /** What has the focus may want the key for itself. */
  function isTaken(event) {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || element("keys").open) return true;
    // A card closes by itself; the epoch and the learning rate may change behind an open table.
    if (event.key === "Escape" && document.querySelector("dialog[open]")) return true;
    if (target.matches?.("input:not([type=range]), textarea, select, [role=listbox], [contenteditable]")) return true;
    const own = { "input[type=range], [role=region], [role=tab]": ["ArrowLeft", "ArrowRight", "PageUp", "PageDown"], "button, summary, a, [role=button], [role=region]": [" "] };
    return Object.entries(own).some(([what, keys]) => target.matches?.(what) && keys.includes(event.key));
  }

  function onKey(event) {
    const single = areSingleKeysOn && SINGLE[event.key.length === 1 ? event.key.toLowerCase() : ""];
    const act = single || OTHERS[event.key];
    if (!act || isTaken(event)) return;
    event.preventDefault();
    act();
  }

  function bindKeys() {
    readSwitch();
    document.addEventListener("keydown", onKey);
    element("single-keys").addEventListener("click", switchSingleKeys);
    element("show-keys").addEventListener("click", toggleKeysCard);
    element("close-keys").addEventListener("click", toggleKeysCard);
    element("present").addEventListener("click", SINGLE.p);
    element("curtain").addEventListener("click", toggleCurtain);
    for (const button of document.querySelectorAll(".show-view")) button.addEventListener("click", () => chooseView(button.dataset.view));
    const { present: asked } = lab.readAddress();
    if (asked) present(asked);
    recallCurtain();
  }

  Object.assign(lab, { bindKeys, showViews });
})(window.descentLab);
