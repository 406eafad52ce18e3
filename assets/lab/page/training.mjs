/* What is chosen, and the training of it. One request is out at a time; the newest choice waits for
   its answer and replaces older ones. */
import { element, showMessage } from "#lab/lib/dom.mjs";
import { Sweep } from "#lab/model/sweep.mjs";
import {
  choosePlane,
  planeDiffers,
  planeForServer,
  planeWish,
  refusePlane,
} from "#lab/page/plane.mjs";
import { adoptSweep, goTo, selectRun } from "#lab/page/playback.mjs";
import { clearRefusal, showRefusal } from "#lab/page/refusals.mjs";
import { emit } from "#lab/state/events.mjs";
import { FIELDS, isSetting, optionOf, same, standardOf, withChange } from "#lab/state/fields.mjs";
import { Client } from "#lab/state/requests.mjs";
import { invalidate, selectedRate, settingsNow, state } from "#lab/state/store.mjs";
import { training } from "#lab/state/training.mjs";
import { adoptOwn, ownOf } from "#lab/state/user-data.mjs";

/**
 * @typedef {import("#types").Answer} Answer
 * @typedef {import("#types").Settings} Settings
 */

const SPINNER_AFTER = 300;
const STILL = "You can keep exploring this run; new training needs the server.";

/* ---- choosing ---- */

/** What the person changed, on top of what is chosen; the rest stays as it is.
 * @param {Partial<Settings>} change */
export function request(change) {
  training.isFollowing = training.hasEntry = false;
  training.changed = /** @type {keyof Settings | undefined} */ (Object.keys(change)[0]) ?? null;
  choose(withChange(training.chosen, change));
}

/** @param {Settings} settings */
function choose(settings) {
  training.chosen = { ...settings, data_token: ownOf(settings) };
  if (client.state === "cut" && isOnShow()) return withdraw();
  client.ask({ ...training.chosen });
  emit("chosen");
}

const isOnShow = () => same(training.chosen, settingsNow()) && !planeDiffers(state.sweep);

/** All of these settings: at once where the sweep on show has them, else by a training.
 * @param {Partial<Settings>} settings */
export function requestExactly(settings) {
  training.hasEntry = false;
  training.changed = null;
  const { learning_rate: rate = selectedRate() } = settings;
  const now = { ...state.sweep.settings, learning_rate: rate };
  const run = state.sweep.runOf(rate);
  const isHere =
    !client.isOut && run >= 0 && !planeDiffers(state.sweep) && same({ ...now, ...settings }, now);
  // What a link says is the server's to check as it stands.
  if (!isHere) return choose({ ...training.chosen, ...settings });
  selectRun(run);
  showControls();
  goTo(state.wanted);
  return sayOfLink();
}

/** A rate of the sweep on show was selected: what is chosen or still waits has it too. */
export function keepRate() {
  training.chosen.learning_rate = selectedRate();
  if (client.pending) client.pending.learning_rate = selectedRate();
  if (client.state === "cut" && isOnShow()) withdraw();
  if (client.isOut) return;
  clearRefusal();
  showMessage("");
}

export const isTraining = () => client.isOut;

/** What is asked of a server that is not there.
 * @returns {(keyof Settings)[]} */
export function waitingFields() {
  const shown = settingsNow();
  return client.isOut ? FIELDS.filter((field) => training.chosen[field] !== shown[field]) : [];
}

/** It is asked no more. */
export function withdraw() {
  client.drop();
  showControls();
  emit("chosen");
}

/** Controls follow the sweep on show: after an error they go back to the last good one. */
export function showControls() {
  if (client.isOut) return;
  training.chosen = settingsNow();
  emit("controls");
}

/* ---- links ---- */

/** The settings of a link, and the sentences about what is wrong with it.
 * @param {Settings} settings
 * @param {string[]} sentences */
export function followLink(settings, sentences) {
  [training.notes, training.isFollowing] = [sentences, true];
  showMessage(training.notes.join("\n"));
  requestExactly(settings);
  training.hasEntry = true;
}

/** What there is to say of a link stays until something else is chosen. */
function sayOfLink(sentence = "") {
  const said = [...training.notes, sentence].filter(Boolean);
  showMessage(said.join("\n"));
  // A link that waits for its turn has not been answered yet.
  if (!client.pending) [training.notes, training.isFollowing] = [[], false];
}

/** What the server refuses of a link becomes what the server can do, or its default, with its
    sentence; the rest is opened. False where that does not help.
 * @param {string} sentence
 * @param {string | null} field
 * @param {number | null} instead */
function openRest(sentence, field, instead) {
  if (!training.isFollowing || client.pending) return false;
  if (isSetting(field)) return openWith(instead ?? standardOf(field), sentence, field);
  if (field || !training.sent.plane) return false;
  sayInstead(sentence, "Showing the usual plane");
  choosePlane({ kind: "anchored" });
  choose(training.chosen);
  return true;
}

/** @param {number | string} value @param {string} sentence @param {keyof Settings} field */
function openWith(value, sentence, field) {
  if (training.chosen[field] === value) return false;
  const usual = optionOf(field, value);
  sayInstead(sentence, field === "dataset" ? `Showing “${usual}”` : `Using ${usual}`);
  choose({ ...training.chosen, [field]: value });
  return true;
}

/** @param {string} sentence @param {string} usual */
function sayInstead(sentence, usual) {
  training.notes = [...training.notes, `${sentence} ${usual} instead.`];
}

/* ---- the request ---- */

/** @type {Client<Settings>} */
const client = new Client("train-request", {
  build(settings) {
    training.sent = { rate: selectedRate(), plane: planeWish(settings) };
    return { settings, plane: planeForServer(training.sent.plane) };
  },
  answered: ({ payload, error = "", field = null, instead = null }) =>
    payload ? adopt(payload) : fail(error, field, instead),
  failed: (sentence) => refuse(`${sentence} ${STILL}`),
  changed: showSpinner,
});

function showSpinner() {
  const isComing = client.isOut && client.state !== "cut";
  if (isComing && !training.spinner)
    training.spinner = window.setTimeout(() => (element("busy").hidden = false), SPINNER_AFTER);
  if (isComing) return;
  clearTimeout(training.spinner);
  training.spinner = 0;
  element("busy").hidden = true;
}

/** @param {string} sentence @param {string | null} field @param {number | null} instead */
function fail(sentence, field, instead) {
  if (!openRest(sentence, field, instead)) refuse(sentence, field);
}

/** The last good sweep stays, and unless a newer choice waits the controls go back to it. The
 * sentence stands at the control that was changed, or at the one that it names.
 * @param {string} sentence
 * @param {string | null} field */
function refuse(sentence, field = null) {
  // What is said of a link stands together.
  const place = training.isFollowing ? null : field && (training.changed ?? field);
  sayOfLink(showRefusal(place, sentence) ? "" : sentence);
  choosePlane(state.sweep.planeChoice || { kind: "anchored" });
  // It is not asked for again by itself.
  refusePlane(training.sent.plane);
  if (client.pending) return;
  if (!state.held) showControls();
  invalidate();
}

/** @param {import("#types").Packed} payload */
function adopt(payload) {
  // The rate that the person selected while the training ran counts, not the one it began with.
  const hasMoved = selectedRate() !== training.sent.rate;
  adoptOwn(payload.settings.data_token);
  adoptSweep(new Sweep(payload, training.sent.plane), hasMoved);
  sayOfLink();
  clearRefusal();
  if (client.pending) return;
  if (!state.held) showControls();
  else emit("rate");
}
