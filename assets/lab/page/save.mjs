/* Save as a page: the shell (components/saved_page.py) with what is on show put into it. All of
   that is in this browser already, so nothing is trained again and nothing leaves it. */
import { clicked, setText } from "#lab/lib/dom.mjs";
import { plain } from "#lab/lib/format.mjs";
import { snapshotOf } from "#lab/model/track.mjs";
import { chosenInWords } from "#lab/page/fields.mjs";
import { saveFile } from "#lab/page/pictures.mjs";
import { pause } from "#lab/page/playback.mjs";
import { queryForOthers } from "#lab/page/share.mjs";
import { still } from "#lab/page/still.mjs";
import { optionOf } from "#lab/state/fields.mjs";
import { layout } from "#lab/state/layout.mjs";
import { settingsNow, state } from "#lab/state/store.mjs";

/**
 * @typedef {import("#types").Settings} Settings
 * @typedef {import("#types").Detail} Detail
 */

// Where components/saved_page.py leaves room; the first such place counts, as this module is in
// there too.
const THEME = 'data-bs-theme="light" data-palette="light"';
const TITLE = "<title>Descent Lab<";
const PLACE = 'id="saved">null<';
const STILL = 'id="still-views">';
const LARGEST = 8e6;
const DETAIL_WITHIN = 4000;

async function savePage() {
  pause();
  say("Putting the page together …");
  try {
    const [shell, detail] = await Promise.all([fetchShell(), detailSoon()]);
    const [page, isWhole] = filled(withStill(shell, await still()), detail);
    const address = URL.createObjectURL(new Blob([page], { type: "text/html" }));
    saveFile(address, nameOf(settingsNow()));
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    say(
      isWhole
        ? "Saved. The page shows everything, including what the curtain hides here."
        : "Saved, but without every epoch of this run: the file would be larger than 8 MB.",
    );
  } catch {
    say("The server does not answer, so the page cannot be saved.");
  }
}

/** @param {string} words */
const say = (words) => setText("export-note", words);

async function fetchShell() {
  const answer = await fetch("saved-page.html");
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.text();
}

/** The run on show in full, for which the page may have just asked; null where it does not come. */
async function detailSoon() {
  const patience = performance.now() + DETAIL_WITHIN;
  while (!state.detail && performance.now() < patience)
    await new Promise((done) => setTimeout(done, 50));
  return state.detail;
}

/**
 * With the still picture, in the theme that is on show.
 * @param {string} shell
 * @param {string} inside
 */
function withStill(shell, inside) {
  const { bsTheme, palette } = document.documentElement.dataset;
  return shell
    .replace(THEME, `data-bs-theme="${bsTheme}" data-palette="${palette}"`)
    .replace(STILL, () => STILL + inside);
}

/**
 * The page's text, and whether the run on show is in it at every epoch.
 * @param {string} shell
 * @param {Detail | null} detail
 * @returns {[string, boolean]}
 */
function filled(shell, detail) {
  const whole = put(shell, detail);
  return whole.length <= LARGEST || !detail ? [whole, Boolean(detail)] : [put(shell, null), false];
}

/** @param {string} shell @param {Detail | null} detail */
function put(shell, detail) {
  const saved = JSON.stringify(onShow(detail)).replaceAll("<", "\\u003c");
  return shell
    .replace(TITLE, () => `<title>${escaped(titleOf(settingsNow()))}<`)
    .replace(PLACE, () => `id="saved">${saved}<`);
}

/** @param {Detail | null} detail */
function onShow(detail) {
  const { packed, planeChoice } = state.sweep;
  const moment = snapshotOf(state.track, state.wanted);
  return {
    saved: new Date().toISOString(),
    theme: document.documentElement.dataset.palette,
    epoch: moment.epoch,
    panels: layout.panels,
    words: chosenInWords(),
    query: queryForOthers(),
    // A link to a machine that only this room knows would lead nowhere.
    home: isPublic(location.hostname) ? location.origin + location.pathname : null,
    payload: { ...packed, planeChoice, settings: settingsNow() },
    detail: detail && detail.packed,
  };
}

/** A name that others can look up: not this machine, and none of a private network.
 * @param {string} host */
function isPublic(host) {
  if (/^[\d.]+$|:/.test(host))
    return !/^(127|10|169\.254|192\.168|172\.(1[6-9]|2\d|3[01]))\.|:/.test(host);
  return host.includes(".") && !/\.(local|localhost|internal|lan|home|test)$/i.test(host);
}

/** @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
/** @param {Settings} settings */
const titleOf = (settings) =>
  `Descent Lab: ${optionOf("dataset", settings.dataset)}, learning rate ${plain(settings.learning_rate)}`;
/** @param {Settings} settings */
const nameOf = (settings) =>
  `descent-${String(settings.dataset).replace(/[^\w-]/g, "-")}-${plain(settings.learning_rate)}.html`;

export function bindSave() {
  document.addEventListener("click", (event) => clicked(event, "#save-page") && savePage());
}
