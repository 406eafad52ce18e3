/* Share and take away: the link, the script and the frame to copy, and files. The server draws the
   QR code and writes the texts and the files. */
import {
  all,
  clicked,
  element,
  found,
  input,
  isOpen,
  setText,
  showMessage,
} from "#lab/lib/dom.mjs";
import { queryNow } from "#lab/page/address.mjs";
import { layout } from "#lab/state/layout.mjs";
import { Client } from "#lab/state/requests.mjs";
import { settingsNow, state } from "#lab/state/store.mjs";

/**
 * @typedef {import("#types").Answer} Answer
 */

const COPIED_FOR = 2000;

/* ---- the link ---- */

/** @type {Client<string>} */
const links = new Client("share-request", {
  build: (query) => ({ query, settings: settingsNow() }),
  answered: showLink,
  failed: showMessage,
});

/** While the panel is open and nothing moves, what can be copied follows. */
export function share() {
  if (!isOpen("share")) return;
  all('[data-file="data"]')[0].hidden = !state.sweep.data_info;
  if (state.playing || state.held) return;
  const query = queryForOthers();
  if (query === layout.shared && (links.isOut || input("link").value)) return;
  layout.shared = query;
  links.ask(query);
}

/** A link for others shows what is on show, not this panel. */
export function queryForOthers() {
  const words = new URLSearchParams(queryNow());
  const views = (words.get("view") || "").split(" ").filter((name) => name && name !== "share");
  if (views.length) words.set("view", views.join(" "));
  else words.delete("view");
  return words.toString();
}

/** @param {Answer} answer */
function showLink({ link, note, qr, script, frames }) {
  if (!link || !found("link")) return;
  input("link").value = link;
  setText("link-note", note);
  Object.assign(element("qr"), { src: qr, hidden: false });
  input("script").value = script;
  input("frame").value = frameOf(link);
  setText("frame-note", frames);
}

/** What a course page puts where the frame shall be. @param {string} link */
function frameOf(link) {
  const address = `${link}${link.includes("?") ? "&" : "?"}embed=1`
    .replaceAll("&", "&amp;")
    .replaceAll('"', "%22");
  return `<iframe src="${address}" title="Descent Lab" width="100%" height="620" style="border: 0" loading="lazy"></iframe>`;
}

/** The clipboard is open to https and this machine alone: elsewhere the text stands selected.
 * @param {HTMLElement} pressed */
async function copy(pressed) {
  const field = input(pressed.dataset.copy ?? "");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    pressed.textContent = "Copied";
  } catch {
    pressed.textContent = "Selected: Ctrl+C";
  }
  setTimeout(() => (pressed.textContent = "Copy"), COPIED_FOR);
}

/* ---- files ---- */

/** @type {Client<string>} */
const files = new Client("export-request", {
  build: (kind) => ({ kind, settings: settingsNow() }),
  answered: ({ error }) => error && setText("export-note", error),
  failed: (sentence) => setText("export-note", sentence),
  // A file that comes minutes later is no longer expected.
  keeps: false,
});
export const receiveExport = (/** @type {Answer | null} */ answer) => files.receive(answer);

/** @param {string} kind */
function askFile(kind) {
  setText("export-note", "");
  files.ask(kind);
}

export function bindShare() {
  document.addEventListener("click", (event) => {
    const file = clicked(event, "[data-file]")?.dataset.file;
    if (file) askFile(file);
    const pressed = clicked(event, "[data-copy]");
    if (pressed) copy(pressed);
  });
}
