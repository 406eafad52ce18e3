/* On a page that was saved: takes the server's part. What it asks of a server is in the file, or it
   is not here, and the page says so. On the live page this does nothing. */
(function (lab) {
  "use strict";

  const place = document.getElementById("saved");
  if (!place) return;
  const { element } = lab;
  const saved = JSON.parse(place.textContent);
  const HERE = "This is a saved page: learning rate and epoch can be chosen here; other settings need Descent Lab.";
  const OLD = "This browser is too old for this page: it needs one of 2023 or later.";

  /* ---- in the server's place ---- */

  const receive = () => window.dash_clientside.descentLab;
  const answers = {
    "train-request": ({ ticket }) => receive().receiveSweep({ ticket, error: HERE, field: null }),
    "inspect-request": ({ ticket, settings }) => receive().receiveDetail({ ticket, payload: detailFor(settings) }),
    "panel-request": openPanels,
  };

  /** The run that was on show, once; the others play from the sweep's frames. */
  function detailFor({ learning_rate: rate }) {
    return rate === saved.payload.settings.learning_rate && !lab.state.detail ? saved.detail : null;
  }

  function openPanels(names) {
    const panels = names.map(templateOf).filter(Boolean);
    element("side-body").replaceChildren(...panels.map((panel) => panel.content.cloneNode(true)));
    receive().seeChange();
  }

  const templateOf = (name) => document.querySelector(`template[data-name="${CSS.escape(name)}"]`);

  function replaceServer() {
    window.dash_clientside.no_update = {};
    window.dash_clientside.set_props = (store, { data }) => setTimeout(() => answers[store]?.(data), 0);
    // The address of a file is its own, and a plane that is frozen elsewhere needs the engine.
    Object.assign(lab, { keepAddress: () => {}, planeIsStale: () => false, readAddress: addressOfFile });
    lab.WAITING = saved.detail ? `This page has these numbers for the learning rate ${lab.plain(saved.payload.settings.learning_rate)} only.` : "This page does not have these numbers.";
  }

  const readAddress = lab.readAddress;
  const addressOfFile = () => ({ ...readAddress(), isEmpty: true, problems: [] });

  /* ---- what the page says of itself ---- */

  function make(tag, text, properties = {}) {
    return Object.assign(document.createElement(tag), { textContent: text }, properties);
  }

  function describe() {
    const day = new Date(saved.saved).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
    document.querySelector(".header p").textContent = `Saved on ${day}: drag, and watch it learn or break.`;
    element("rail").prepend(make("p", HERE, { className: "about-saved" }));
    const about = make("section", "", { className: "about-saved" });
    about.append(make("p", `Saved on ${day} from Descent Lab ${document.body.dataset.version}. ${saved.words}`), wayBack());
    element("rail").append(about);
  }

  function wayBack() {
    if (saved.home) return make("a", "Open it in Descent Lab", { href: `${saved.home}?${saved.query}`, rel: "noreferrer" });
    const words = make("p", "To change more, put this behind the address of Descent Lab: ");
    words.append(make("code", `?${saved.query}`));
    return words;
  }

  /** What would train again can be read, not changed. */
  function lock() {
    for (const field of document.querySelectorAll("#rail input, #rail select, #plane, #plane-first, #plane-second")) {
      field.disabled = true;
      field.title = HERE;
    }
    for (const option of [...element("panel").options]) {
      if (option.value !== "none" && !templateOf(option.value)) option.remove();
    }
  }

  /* ---- start ---- */

  /** plotly.js is in the file compressed. */
  async function unpackPlotly() {
    const packed = Uint8Array.from(atob(element("packed-plotly").textContent), (one) => one.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
  }

  /** The theme as it was, unless this person has chosen one. */
  function showTheme() {
    let own = null;
    try { own = localStorage.getItem("theme"); } catch { /* Then there is none. */ }
    if (own) return;
    const root = document.documentElement.dataset;
    root.palette = saved.theme;
    root.bsTheme = saved.theme === "dark" ? "dark" : "light";
  }

  function begin() {
    lab.state.wanted = saved.epoch;
    lab.choosePlane(saved.payload.planeChoice || { kind: "anchored" });
    receive().receiveSweep({ ticket: 0, payload: saved.payload });
    lock();
    const [panel] = saved.panels.filter(templateOf);
    if (!panel) return;
    element("panel").value = panel;
    element("panel").dispatchEvent(new Event("change"));
  }

  showTheme();
  replaceServer();
  describe();
  unpackPlotly().then(begin, () => lab.showMessage(OLD));
})(window.descentLab);
