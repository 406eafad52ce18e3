/* Between the page's controls, its state and the server. One training request is in flight at a
   time; the newest wish waits for its answer, and replaces older ones. */
(function (lab) {
  "use strict";

  const { state, element } = lab;
  const SPINNER_AFTER = 300;
  const SILENCE_AFTER = 15000;
  const SILENCE = "The server does not answer. What you see still works; a new training does not.";
  // The newest wish waits while a request is under way. `asked` is all that the person has chosen,
  // typed numbers that are still being trained included.
  let [ticket, inFlight, wish, sent, asked] = [0, false, null, null, {}];
  let [detailTicket, detailInFlight, detailWish] = [0, false, null];
  let [spinner, watchdog] = [0, 0];
  // The plane of the last request that failed: it is not asked for again by itself.
  let refused = null;
  // What is to be said of a link, also once its sweep has come; and whether one is being followed.
  let [notes, isFollowing] = [[], false];

  /* ---- training ---- */

  /** What the person changed, on top of what is chosen; the rest stays as it is. */
  function request(change) {
    isFollowing = false;
    ask(lab.withDefaults({ ...asked, ...change }));
  }

  function ask(settings) {
    asked = { ...settings, data_token: lab.ownOf(settings) };
    wish = { ...asked };
    if (!inFlight) send();
  }

  /** All of these settings: at once where the sweep on show has them, else by a training. */
  function requestExactly(settings) {
    const now = { ...state.sweep.settings, learning_rate: settings.learning_rate };
    const run = state.sweep.runOf(settings.learning_rate);
    const isHere = !inFlight && run >= 0 && !lab.planeDiffers(state.sweep) && Object.keys(settings).every((name) => settings[name] === now[name]);
    // What a link says is the server's to check as it stands.
    if (!isHere) return ask({ ...asked, ...settings });
    lab.selectRun(run);
    showControls();
    lab.goTo(state.wanted);
    sayOfLink();
  }

  /** The settings of a link, and the sentences about what is wrong with it. */
  function followLink(settings, sentences) {
    [notes, isFollowing] = [sentences, true];
    lab.showMessage(notes.join("\n"));
    requestExactly(settings);
  }

  /** What there is to say of a link stays until something else is chosen. */
  function sayOfLink(sentence = "") {
    const said = [...notes, sentence].filter(Boolean);
    lab.showMessage(said.join("\n"));
    // A link that waits for its turn has not been answered yet.
    if (!wish) [notes, isFollowing] = [[], false];
  }

  /** What the server refuses of a link goes back to its default, with its sentence; the rest is
      opened. False where that does not help. */
  function openRest(sentence, field) {
    if (!isFollowing || wish || sentence === SILENCE) return false;
    const isPlane = !field && Boolean(sent.plane);
    if (!isPlane && (!lab.isSetting(field) || asked[field] === lab.standardOf(field))) return false;
    notes = [...notes, `${sentence} ${isPlane ? "The usual plane" : `The usual ${lab.optionOf(field, lab.standardOf(field))}`} is taken instead.`];
    if (isPlane) lab.choosePlane({ kind: "anchored" });
    finish();
    ask(isPlane ? asked : { ...asked, [field]: lab.standardOf(field) });
    return true;
  }

  function send() {
    inFlight = true;
    ticket += 1;
    sent = { settings: wish, rate: selectedRate(), plane: lab.planeWish(wish) };
    wish = null;
    clearTimeout(spinner);
    spinner = setTimeout(() => (element("busy").hidden = false), SPINNER_AFTER);
    watch();
    lab.ask("train-request", { ticket, settings: sent.settings, plane: lab.planeForServer(sent.plane) });
  }

  /** Silence is counted from the last sign of life, or from when the server wants to be asked. */
  function watch(seconds = 0) {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => fail(SILENCE), SILENCE_AFTER + 2000 * seconds);
  }

  function finish() {
    clearTimeout(spinner);
    clearTimeout(watchdog);
    element("busy").hidden = true;
    inFlight = false;
  }

  /** The last good sweep stays, and unless a newer wish waits the controls go back to it. */
  function fail(sentence, field = null) {
    if (openRest(sentence, field)) return;
    finish();
    sayOfLink(sentence);
    lab.showFieldError(field, sentence);
    lab.choosePlane(state.sweep.planeChoice || { kind: "anchored" });
    // Its answer, should it still come, is no longer waited for.
    if (sentence === SILENCE) [wish, ticket] = [null, ticket + 1];
    refused = sent && sent.plane;
    if (wish) return send();
    if (!state.held) showControls();
    lab.touch();
  }

  function receiveSweep(answer) {
    if (!answer || answer.ticket !== ticket) return window.dash_clientside.no_update;
    if (lab.isAskedAgain("train-request", answer, resendNewest)) return watch(answer.again) || window.dash_clientside.no_update;
    if (ticket === 0) whenReady(() => begin(answer.payload));
    else if (answer.payload) adopt(answer.payload);
    else fail(answer.error, answer.field);
    return window.dash_clientside.no_update;
  }

  /** When the server was busy, the newest wish is sent instead of the old one. */
  const resendNewest = (resend) => (wish ? send() : resend());

  function adopt(payload) {
    finish();
    // The rate that the person selected while the training ran counts, not the one it began with.
    const hasMoved = selectedRate() !== sent.rate;
    lab.adoptOwn(payload.settings.data_token);
    lab.adoptSweep(Object.assign(new lab.Sweep(payload), { planeChoice: sent.plane }), hasMoved);
    sayOfLink();
    lab.showFieldError(null);
    if (wish) return send();
    if (!state.held) showControls();
    else showRate();
  }

  /* ---- inspection ---- */

  function requestDetail(epoch) {
    if (inFlight || wish) return;
    detailTicket += 1;
    detailWish = { ticket: detailTicket, settings: lab.settingsNow(), epoch, plane: lab.planeForServer(state.sweep.planeChoice) };
    if (!detailInFlight) sendDetail();
  }

  function sendDetail() {
    detailInFlight = true;
    clearTimeout(sendDetail.watchdog);
    // An inspection that got no answer is asked for again once the page rests.
    sendDetail.watchdog = setTimeout(() => { detailInFlight = false; lab.touch(); }, SILENCE_AFTER);
    lab.ask("inspect-request", detailWish);
    detailWish = null;
  }

  /** Another run or sweep is on show: an answer that is under way has come too late. */
  const dropDetail = () => (detailTicket += 1);

  function receiveDetail(answer) {
    if (!answer || lab.isAskedAgain("inspect-request", answer)) return window.dash_clientside.no_update;
    detailInFlight = false;
    clearTimeout(sendDetail.watchdog);
    if (answer.ticket === detailTicket && !inFlight) {
      if (answer.payload?.run === state.run) lab.adoptDetail(answer.payload);
      else lab.follow();
      if (answer.error) lab.showMessage(answer.error);
    } else if (detailWish?.ticket === detailTicket) {
      sendDetail();
    } else {
      lab.touch();
    }
    return window.dash_clientside.no_update;
  }

  /* ---- controls ---- */

  const selectedRate = () => state.sweep.learning_rates[state.run];

  /** Controls follow the sweep on show: after an error they go back to the last good one. */
  function showControls() {
    asked = lab.settingsNow();
    lab.showChoices(state.sweep);
    lab.showPlane(state.sweep);
    showRate();
  }

  function showRate() {
    const rate = selectedRate();
    const slider = element("learning-rate");
    const isTyped = state.run >= lab.STOPS;
    slider.step = isTyped ? "any" : "1";
    slider.value = isTyped ? state.sweep.place(rate) : state.run;
    const outcome = state.hidden.has("verdict") ? "" : `, ${state.sweep.verdicts[state.run]}`;
    slider.setAttribute("aria-valuetext", `${lab.plain(rate)}${outcome}`);
    element("learning-rate-value").value = lab.plain(rate);
    document.querySelectorAll("#strip .cell").forEach((cell, run) => cell.classList.toggle("now", run === state.run));
  }

  function selectStop(stop) {
    lab.selectRun(Math.min(Math.max(Math.round(stop), 0), lab.STOPS - 1));
    asked.learning_rate = selectedRate();
    if (wish) wish.learning_rate = selectedRate();
    if (!inFlight) lab.showMessage("");
    showRate();
  }

  /** The stop nearest to a rate, by its logarithm: for a click on an axis of learning rates. */
  const selectRate = (rate) => selectStop(Math.round(state.sweep.place(rate)));

  /** One stop on; from a typed rate to the next stop in that way, if there is one. */
  function stepRate(way) {
    const stops = state.sweep.learning_rates.slice(0, lab.STOPS);
    const now = selectedRate();
    const next = way > 0 ? stops.findIndex((rate) => rate > now) : stops.findLastIndex((rate) => rate < now);
    if (next >= 0) selectStop(next);
  }

  /** A typed rate: a stop is selected at once, any other trains as one more run. */
  function typeRate(text) {
    const rate = lab.numberIn(text);
    const run = state.sweep.learning_rates.indexOf(rate);
    if (run < 0) return request({ learning_rate: rate });
    lab.selectRun(run);
    asked.learning_rate = rate;
    if (wish) wish.learning_rate = rate;
    lab.showMessage("");
    showRate();
  }

  function bindRate() {
    const slider = element("learning-rate");
    // Between two stops stands only a typed rate; a hand on the slider brings it back to the stops.
    slider.addEventListener("pointerdown", () => (slider.step = "1"));
    slider.addEventListener("keydown", (event) => {
      const ways = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
      if (!(event.key in ways)) return;
      event.preventDefault();
      stepRate(ways[event.key]);
    });
    slider.addEventListener("input", () => selectStop(Number(slider.value)));
    const typed = element("learning-rate-value");
    typed.addEventListener("change", () => typeRate(typed.value));
    typed.setAttribute("aria-label", "learning rate, exact value");
    lab.leaveOnEnter(typed);
    element("slower").addEventListener("click", () => stepRate(-1));
    element("faster").addEventListener("click", () => stepRate(1));
    bindStrip();
  }

  /** A finger or a mouse on the strip, which has a cell for each stop. */
  function bindStrip() {
    const strip = element("strip");
    const pick = (event) => {
      const { left, width } = strip.getBoundingClientRect();
      selectStop(Math.floor((lab.STOPS * (event.clientX - left)) / width));
    };
    // A busy page makes no click of a short touch; a touch that scrolls ends otherwise.
    strip.addEventListener("pointerup", pick);
    strip.addEventListener("pointerdown", (event) => strip.setPointerCapture(event.pointerId));
    strip.addEventListener("pointermove", (event) => event.buttons && pick(event));
  }

  /* ---- timeline ---- */

  function bindTimeline() {
    const playhead = element("playhead");
    const parts = Number(playhead.max);
    playhead.addEventListener("input", () => {
      lab.pause();
      lab.goTo(lab.scale.toEpoch(Number(playhead.value) / parts, state.sweep.end));
    });
    const ways = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
    playhead.addEventListener("keydown", (event) => {
      if (!(event.key in ways)) return;
      event.preventDefault();
      lab.stepBy(ways[event.key]);
    });
    element("play").addEventListener("click", () => (state.playing ? lab.pause() : lab.play()));
    element("epoch-back").addEventListener("click", () => lab.stepBy(-1));
    element("epoch-on").addEventListener("click", () => lab.stepBy(1));
    element("speed").addEventListener("change", (event) => (state.speed = Number(event.target.value)));
    element("speed").setAttribute("aria-label", "speed");
    playhead.setAttribute("aria-label", "epoch");
    element("panel").setAttribute("aria-label", "more views");
    element("chapter").setAttribute("aria-label", "chapter");
    element("loop").addEventListener("click", (event) => {
      state.loop = !state.loop;
      event.currentTarget.setAttribute("aria-pressed", state.loop);
    });
    bindCurves();
  }

  /** A click or a drag on the curves moves the playhead. */
  function bindCurves() {
    const curves = element("curves");
    const move = (event) => {
      const axes = lab.flatAxes(lab.overlays.curves);
      const share = axes.toX(event.clientX - curves.getBoundingClientRect().left);
      lab.pause();
      lab.goTo(10 ** share - 1);
    };
    curves.addEventListener("pointerdown", (event) => { move(event); curves.setPointerCapture(event.pointerId); });
    curves.addEventListener("pointermove", (event) => event.buttons && move(event));
  }

  /** Called at each frame: the playhead, its words and the play button. */
  function showTimeline({ playing, share, sweep }, moment) {
    const playhead = element("playhead");
    const shown = playing || state.held ? share : lab.scale.toShare(moment.epoch, sweep.end);
    playhead.value = Math.round(shown * Number(playhead.max));
    playhead.style.setProperty("--share", shown);
    playhead.setAttribute("aria-valuetext", `epoch ${moment.epoch} of ${sweep.end}`);
    lab.setText("epoch-shown", `${moment.epoch} / ${sweep.end}`);
    const button = element("play");
    if (button.dataset.playing !== String(playing)) {
      button.dataset.playing = playing;
      button.firstChild.className = `icon icon-${playing ? "pause" : "play"}-fill`;
      button.lastChild.textContent = playing ? "Pause" : "Play";
      button.setAttribute("aria-label", playing ? "Pause" : "Play");
    }
    showTicks(sweep.end);
  }

  function showTicks(end) {
    const ticks = element("ticks");
    if (ticks.dataset.end === String(end)) return;
    ticks.dataset.end = end;
    const marks = [0, 1, 10, 100, 1000].filter((epoch) => epoch <= end);
    ticks.replaceChildren(...marks.map((epoch) => {
      const tick = Object.assign(document.createElement("span"), { textContent: epoch });
      tick.style.setProperty("--share", lab.scale.toShare(epoch, end));
      return tick;
    }));
  }

  /* ---- page ---- */

  const THEMES = ["light", "dark", "projector"];

  function nextTheme() {
    const root = document.documentElement.dataset;
    root.palette = THEMES[(THEMES.indexOf(root.palette) + 1) % THEMES.length];
    root.bsTheme = root.palette === "dark" ? "dark" : "light";
    nameTheme();
    lab.repaint();
    try {
      localStorage.setItem("theme", root.palette);
    } catch {
      // A browser that keeps nothing shows the theme all the same.
    }
  }

  const nameTheme = () => element("theme").setAttribute("aria-label", `theme: ${document.documentElement.dataset.palette}`);

  function bindPage() {
    element("theme").addEventListener("click", nextTheme);
    nameTheme();
    const tabs = document.querySelectorAll(".tab");
    tabs.forEach((tab) => tab.addEventListener("click", () => lab.chooseTab(tab)));
    lab.chooseTab(tabs[0]);
    lab.bindReach();
  }

  function begin(payload) {
    lab.start();
    lab.adoptSweep(new lab.Sweep(payload)).then(() => document.body.classList.add("ready"));
    bindRate();
    lab.bindChoices(request, () => !inFlight && showControls());
    bindTimeline();
    bindPage();
    lab.bindPlanes();
    lab.recallOwn();
    showControls();
    lab.startLesson();
    lab.recallMap();
    lab.bindKeys();
  }

  /** Dash may be done before the page's elements or plotly.js are there. */
  function whenReady(then) {
    if (window.Plotly && element("curves") && element("playhead")) then();
    else setTimeout(whenReady, 20, then);
  }

  const isTraining = () => inFlight;
  const wasRefused = (plane) => JSON.stringify(plane) === JSON.stringify(refused);

  Object.assign(lab, {
    isTraining, wasRefused, followLink, nextTheme, stepRate, request, requestDetail, requestExactly, dropDetail, selectRate,
    showTimeline, showRate,
  });
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.descentLab = { receiveSweep, receiveDetail, receiveRow: lab.receiveRow };
})(window.descentLab);
