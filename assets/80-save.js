/* Save as a page: the shell (components/saved_page.py) with what is on show put into it. All of that is in
   this browser already, so nothing is trained again and nothing leaves it. */
(function (lab) {
  "use strict";

  const { state, element } = lab;
  // Where components/saved_page.py leaves room; the first such place counts, as this module is in there too.
  const TITLE = "<title>Descent Lab<";
  const PLACE = 'id="saved">null<';
  const LARGEST = 8e6;
  const DETAIL_WITHIN = 4000;

  async function savePage() {
    lab.pause();
    say("Putting the page together …");
    try {
      const [shell, detail] = await Promise.all([fetchShell(), detailSoon()]);
      const [page, isWhole] = filled(shell, detail);
      const address = URL.createObjectURL(new Blob([page], { type: "text/html" }));
      lab.saveFile(address, nameOf(lab.settingsNow()));
      setTimeout(() => URL.revokeObjectURL(address), 60000);
      say(isWhole ? "Saved. It shows everything, also what a curtain hides here." : "Saved without this run’s every epoch: with it the file would be larger than 8 MB.");
    } catch {
      say("The server does not answer, so there is no page to put the sweep into.");
    }
  }

  const say = (words) => element("export-note") && lab.setText("export-note", words);

  async function fetchShell() {
    const answer = await fetch("saved-page.html");
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.text();
  }

  /** The run on show in full, for which the page may have just asked; null where it does not come. */
  async function detailSoon() {
    const patience = performance.now() + DETAIL_WITHIN;
    while (!state.detail && performance.now() < patience) await new Promise((done) => setTimeout(done, 50));
    return state.detail;
  }

  /** The page's text, and whether the run on show is in it at every epoch. */
  function filled(shell, detail) {
    const whole = put(shell, detail);
    return whole.length <= LARGEST || !detail ? [whole, Boolean(detail)] : [put(shell, null), false];
  }

  function put(shell, detail) {
    const saved = JSON.stringify(onShow(detail)).replaceAll("<", "\\u003c");
    return shell.replace(TITLE, () => `<title>${escaped(titleOf(lab.settingsNow()))}<`).replace(PLACE, () => `id="saved">${saved}<`);
  }

  function onShow(detail) {
    const { payload, planeChoice } = state.sweep;
    const moment = lab.momentOf(state.track, state.wanted);
    return {
      saved: new Date().toISOString(),
      theme: document.documentElement.dataset.palette,
      epoch: moment.epoch,
      panels: lab.openPanelNames(),
      words: lab.chosenInWords(),
      query: lab.queryForOthers(moment),
      // A link to a machine that only this room knows would lead nowhere.
      home: isPublic(location.hostname) ? location.origin + location.pathname : null,
      payload: { ...payload, planeChoice, settings: lab.settingsNow() },
      detail,
    };
  }

  /** A name that others can look up: not this machine, and none of a private network. */
  function isPublic(host) {
    if (/^[\d.]+$|:/.test(host)) return !/^(127|10|169\.254|192\.168|172\.(1[6-9]|2\d|3[01]))\.|:/.test(host);
    return host.includes(".") && !/\.(local|localhost|internal|lan|home|test)$/i.test(host);
  }

  const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const titleOf = (settings) => `Descent Lab: ${lab.optionOf("dataset", settings.dataset)}, learning rate ${lab.plain(settings.learning_rate)}`;
  const nameOf = (settings) => `descent-${String(settings.dataset).replace(/[^\w-]/g, "-")}-${lab.plain(settings.learning_rate)}.html`;

  document.addEventListener("click", (event) => event.target.closest("#save-page") && savePage());
})(window.descentLab);
