/* Share and take away: the link, the script and the frame to copy, and files. The server draws the
   QR code and writes the texts and the files. */
(function (lab) {
  "use strict";

  const { state, element } = lab;
  const COPIED_FOR = 2000;
  let [ticket, asked] = [0, ""];

  /** While the panel is open and nothing moves, what can be copied follows. */
  function share(sweep, moment) {
    document.querySelector('[data-file="data"]').hidden = !sweep.data_info;
    if (state.playing || state.held) return;
    const query = queryForOthers(moment);
    if (query === asked && element("link").value) return;
    asked = query;
    ticket += 1;
    lab.ask("share-request", { ticket, query, settings: lab.settingsNow() });
  }

  /** Who follows the link wants what is on show, not this panel. */
  function queryForOthers(moment) {
    const words = new URLSearchParams(lab.queryNow(moment));
    const views = (words.get("view") || "").split(" ").filter((name) => name && name !== "share");
    if (views.length) words.set("view", views.join(" "));
    else words.delete("view");
    return words.toString();
  }

  function receiveLink(answer) {
    if (!lab.isAskedAgain("share-request", answer) && answer?.ticket === ticket && answer.link && element("link")) {
      element("link").value = answer.link;
      lab.setText("link-note", answer.note);
      element("qr").src = answer.qr;
      element("qr").hidden = false;
      element("script").value = answer.script;
      element("frame").value = frameOf(answer.link);
      lab.setText("frame-note", answer.frames);
    }
    return window.dash_clientside.no_update;
  }

  /** What a course page puts where the frame shall be. */
  function frameOf(link) {
    const address = `${link}${link.includes("?") ? "&" : "?"}embed=1`.replaceAll("&", "&amp;").replaceAll('"', "%22");
    return `<iframe src="${address}" title="Descent Lab" width="100%" height="620" style="border: 0" loading="lazy"></iframe>`;
  }

  /** The clipboard is open to https and this machine alone: elsewhere the text stands selected. */
  async function copy(button) {
    const field = element(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Selected: Ctrl+C";
    }
    setTimeout(() => (button.textContent = "Copy"), COPIED_FOR);
  }

  function askFile(kind) {
    ticket += 1;
    lab.setText("export-note", "");
    lab.ask("export-request", { ticket, kind, settings: lab.settingsNow() });
  }

  function receiveExport(answer) {
    if (lab.isAskedAgain("export-request", answer)) return window.dash_clientside.no_update;
    if (answer?.error && element("export-note")) lab.setText("export-note", answer.error);
    return window.dash_clientside.no_update;
  }

  document.addEventListener("click", (event) => {
    const file = event.target.closest("[data-file]");
    if (file) askFile(file.dataset.file);
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });

  lab.ALWAYS.share = share;
  lab.queryForOthers = queryForOthers;
  Object.assign(window.dash_clientside.descentLab, { receiveLink, receiveExport });
})(window.descentLab);
