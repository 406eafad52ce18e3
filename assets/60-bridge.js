/* Between the page's controls, its state and the server. One training request is in flight at a
   time; while it runs the newest wish waits and replaces older ones. */
(function (lab) {
  "use strict";

  const { state, element } = lab;
  const SPINNER_AFTER = 300;
  const SILENCE_AFTER = 15000;
  const SILENCE = "The server does not answer. What you see still works; a new training does not.";
  const NUMBERS = ["hidden-units", "seed", "epochs"];

  let [ticket, detailTicket, inFlight, wish] = [0, 0, false, null];
  let [spinner, watchdog] = [0, 0];

  /* ---- training ---- */

  function request(settings) {
    wish = settings;
    if (!inFlight) send();
  }

  function send() {
    inFlight = true;
    ticket += 1;
    const settings = wish;
    wish = null;
    clearTimeout(spinner);
    spinner = setTimeout(() => (element("busy").hidden = false), SPINNER_AFTER);
    clearTimeout(watchdog);
    watchdog = setTimeout(() => { finish(); lab.showMessage(SILENCE); showControls(); }, SILENCE_AFTER);
    window.dash_clientside.set_props("train-request", { data: { ticket, settings } });
  }

  function finish() {
    clearTimeout(spinner);
    clearTimeout(watchdog);
    element("busy").hidden = true;
    inFlight = false;
  }

  function receiveSweep(answer) {
    if (!answer || answer.ticket !== ticket) return window.dash_clientside.no_update;
    if (ticket === 0) {
      whenReady(() => begin(answer.payload));
      return window.dash_clientside.no_update;
    }
    finish();
    if (answer.payload) {
      lab.adoptSweep(new lab.Sweep(answer.payload));
      lab.showMessage("");
    } else {
      lab.showMessage(answer.error);
    }
    if (wish) send();
    else if (!state.held) showControls();
    return window.dash_clientside.no_update;
  }

  /* ---- inspection ---- */

  function requestDetail(epoch) {
    if (inFlight || wish) return;
    detailTicket += 1;
    const settings = { ...state.sweep.settings, learning_rate: state.sweep.learning_rates[state.run] };
    window.dash_clientside.set_props("inspect-request", { data: { ticket: detailTicket, settings, epoch } });
  }

  /** Another run or sweep is on show: an answer that is under way has come too late. */
  const dropDetail = () => (detailTicket += 1);

  function receiveDetail(answer) {
    // Late answers, to a run or a sweep that is no longer on show, are dropped.
    const isWanted = answer && answer.ticket === detailTicket && !inFlight;
    if (isWanted && answer.payload) lab.adoptDetail(answer.payload);
    else if (isWanted) lab.showMessage(answer.error);
    return window.dash_clientside.no_update;
  }

  /* ---- controls ---- */

  const chosen = () => ({
    dataset: element("dataset").value,
    hidden_units: Number(element("hidden-units").value),
    seed: Number(element("seed").value),
    epochs: Number(element("epochs").value),
    learning_rate: state.sweep.learning_rates[state.run],
  });

  /** Controls follow the sweep on show: after an error they go back to the last good one. */
  function showControls() {
    const { settings } = state.sweep;
    element("dataset").value = settings.dataset;
    // A typed number may lie between two stops of its slider.
    element("epochs").step = settings.epochs % 10 ? 1 : 10;
    for (const name of NUMBERS) element(name).value = settings[name.replace("-", "_")];
    showChosen();
    showRate();
  }

  function showChosen() {
    for (const name of NUMBERS) element(`${name}-value`).value = element(name).value;
    lab.setText("hidden-units-note", element("hidden-units").value === "0" ? "linear" : "");
  }

  function showRate() {
    const rate = state.sweep.learning_rates[state.run];
    const slider = element("learning-rate");
    const isTyped = state.run >= lab.STOPS;
    slider.step = isTyped ? "any" : "1";
    slider.value = isTyped ? state.sweep.place(rate) : state.run;
    slider.setAttribute("aria-valuetext", `${lab.plain(rate)}, ${state.sweep.verdicts[state.run]}`);
    element("learning-rate-value").value = lab.plain(rate);
    document.querySelectorAll("#strip .cell").forEach((cell, run) => cell.classList.toggle("now", run === state.run));
  }

  function selectStop(stop) {
    lab.selectRun(Math.min(Math.max(Math.round(stop), 0), lab.STOPS - 1));
    showRate();
  }

  /** What was typed as a number, with a decimal comma too; else as it is, for the server to refuse. */
  function numberIn(text) {
    const words = text.trim().replace(",", ".");
    return words === "" || Number.isNaN(Number(words)) ? text : Number(words);
  }

  /** A typed rate: a stop is selected at once, any other trains as one more run. */
  function typeRate(text) {
    const rate = numberIn(text);
    const run = state.sweep.learning_rates.indexOf(rate);
    if (run >= 0) {
      lab.selectRun(run);
      lab.showMessage("");
      showRate();
    } else {
      request({ ...chosen(), learning_rate: rate });
    }
  }

  function bindRate() {
    const slider = element("learning-rate");
    // Between two stops stands only a typed rate; a hand on the slider brings it back to the stops.
    for (const event of ["pointerdown", "keydown"]) slider.addEventListener(event, () => (slider.step = "1"));
    slider.addEventListener("input", () => selectStop(Number(slider.value)));
    const typed = element("learning-rate-value");
    typed.addEventListener("change", () => typeRate(typed.value));
    typed.setAttribute("aria-label", "learning rate, exact value");
    element("slower").addEventListener("click", () => selectStop(Math.ceil(Number(slider.value)) - 1));
    element("faster").addEventListener("click", () => selectStop(Math.floor(Number(slider.value)) + 1));
    document.querySelectorAll("#strip .cell").forEach((cell, run) => cell.addEventListener("click", () => selectStop(run)));
  }

  function bindTrained() {
    element("dataset").addEventListener("change", () => request(chosen()));
    for (const name of NUMBERS) {
      const [slider, typed] = [element(name), element(`${name}-value`)];
      slider.addEventListener("input", () => { showChosen(); request(chosen()); });
      slider.addEventListener("change", () => !inFlight && showControls());
      typed.addEventListener("change", () => request({ ...chosen(), [name.replace("-", "_")]: numberIn(typed.value) }));
      typed.setAttribute("aria-label", `${name.replace("-", " ")}, exact value`);
    }
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
    lab.setText("epoch-shown", `epoch ${moment.epoch} / ${sweep.end}`);
    const button = element("play");
    if (button.dataset.playing !== String(playing)) {
      button.dataset.playing = playing;
      button.firstChild.className = `icon icon-${playing ? "pause" : "play"}-fill`;
      button.lastChild.textContent = playing ? "Pause" : "Play";
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

  function bindPage() {
    element("theme").addEventListener("click", () => {
      const root = document.documentElement;
      root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
      localStorage.setItem("theme", root.dataset.bsTheme);
      lab.repaint();
    });
    element("open-rail").addEventListener("click", () => document.body.classList.toggle("rail-open"));
    document.addEventListener("click", (event) => {
      if (!event.target.closest("#rail, #open-rail")) document.body.classList.remove("rail-open");
    });
    const tabs = document.querySelectorAll(".tab");
    tabs.forEach((tab) => tab.addEventListener("click", () => chooseTab(tabs, tab)));
    chooseTab(tabs, tabs[0]);
  }

  function chooseTab(tabs, chosenTab) {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", tab === chosenTab);
      element(`${tab.dataset.view}-card`).classList.toggle("chosen", tab === chosenTab);
    }
    lab.touch();
  }

  function begin(payload) {
    lab.start();
    lab.adoptSweep(new lab.Sweep(payload)).then(() => document.body.classList.add("ready"));
    bindRate();
    bindTrained();
    bindTimeline();
    bindPage();
    showControls();
  }

  /** Dash may be done before the page's elements or plotly.js are there. */
  function whenReady(then) {
    if (window.Plotly && element("curves") && element("playhead")) then();
    else setTimeout(whenReady, 20, then);
  }

  Object.assign(lab, { requestDetail, dropDetail, showTimeline, showRate });
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.descentLab = { receiveSweep, receiveDetail };
})(window.descentLab);
