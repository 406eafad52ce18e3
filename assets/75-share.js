/* Share and take away. The server draws the QR code and writes the files; pictures are put together
   here, from Plotly's image and the canvas above it. */
(function (lab) {
  "use strict";

  const { state, element, overlays } = lab;
  const SCALE = 2;
  let [ticket, asked] = [0, ""];

  /** While the panel is open and nothing moves, the link follows. */
  function share(sweep, moment) {
    if (state.playing || state.held) return;
    const query = lab.queryNow(moment);
    if (query === asked && element("link").value) return;
    asked = query;
    ticket += 1;
    window.dash_clientside.set_props("share-request", { data: { ticket, query } });
  }

  function receiveLink(answer) {
    if (answer && answer.ticket === ticket && answer.link && element("link")) {
      element("link").value = answer.link;
      lab.setText("link-note", answer.note);
      element("qr").src = answer.qr;
      element("qr").hidden = false;
    }
    return window.dash_clientside.no_update;
  }

  /** The clipboard is open to https and this machine alone: elsewhere the text stands selected. */
  async function copyLink() {
    const field = element("link");
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      lab.setText("copy-link", "Copied");
    } catch {
      lab.setText("link-note", "This page may not use the clipboard: the link is selected, press Ctrl+C.");
    }
    setTimeout(() => element("copy-link") && lab.setText("copy-link", "Copy"), 2000);
  }

  function askFile(kind) {
    ticket += 1;
    lab.setText("export-note", "");
    window.dash_clientside.set_props("export-request", { data: { ticket, kind, settings: lab.settingsNow() } });
  }

  function receiveExport(answer) {
    if (answer?.error && element("export-note")) lab.setText("export-note", answer.error);
    return window.dash_clientside.no_update;
  }

  /* ---- pictures ---- */

  async function savePictures() {
    for (const name of lab.CARD_ORDER) {
      if (!overlays[name].ready) continue;
      const link = document.createElement("a");
      link.href = await pictureOf(overlays[name]);
      link.download = `${name}.png`;
      link.click();
    }
  }

  /** Plotly's picture on the theme's background, and on it what the canvas draws. */
  async function pictureOf({ plot, canvas, host }) {
    const [width, height] = [host.clientWidth, host.clientHeight];
    const image = new Image();
    image.src = await window.Plotly.toImage(plot, { format: "png", width, height, scale: SCALE });
    await image.decode();
    const whole = Object.assign(document.createElement("canvas"), { width: width * SCALE, height: height * SCALE });
    const context = whole.getContext("2d");
    context.fillStyle = lab.colors.background;
    context.fillRect(0, 0, whole.width, whole.height);
    for (const layer of [image, canvas]) context.drawImage(layer, 0, 0, whole.width, whole.height);
    return whole.toDataURL("image/png");
  }

  document.addEventListener("click", (event) => {
    const file = event.target.closest("[data-file]");
    if (file) askFile(file.dataset.file);
    if (event.target.closest("#copy-link")) copyLink();
    if (event.target.closest("#save-pictures")) savePictures();
  });

  lab.ALWAYS.share = share;
  Object.assign(window.dash_clientside.descentLab, { receiveLink, receiveExport });
})(window.descentLab);
