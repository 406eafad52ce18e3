/* What a link says: read from an address, and written. Settings that are out of range are the
   server's to refuse: see openRest in page/training.mjs. */
import { plain } from "#lab/lib/format.mjs";
import { config } from "#lab/state/config.mjs";
import { CURTAINS } from "#lab/state/curtain.mjs";
import { FIELDS, isSetting, standardOf, usualOf } from "#lab/state/fields.mjs";
import { isCard } from "#lab/state/layout.mjs";
import { CARD_ORDER } from "#lab/state/store.mjs";

/**
 * @typedef {import("#types").Settings} Settings
 * @typedef {import("#types").PlaneChoice} PlaneChoice
 * @typedef {import("#types").View} View
 * @typedef {object} Shown what a link says besides the settings
 * @property {PlaneChoice | null} plane
 * @property {string[]} views the cards and side panels, where not all cards alone are on show
 * @property {View[] | null} presented
 * @property {string} curtain a word of CURTAINS, or nothing
 * @property {number} epoch
 */

const LINK_VERSION = config.link.version;
const LONGEST = config.link.longest;
// What a link says besides the settings.
const OTHERS = ["v", "embed", "epoch", "plane", "view", "present", "curtain", "chapter"];

/** @param {string} slug */
export const chapterQuery = (slug) => `v=${LINK_VERSION}&chapter=${encodeURIComponent(slug)}`;
/** A link to the page as it begins. */
export const bareQuery = `v=${LINK_VERSION}`;

/**
 * A setting of which a link says nothing. Of a person's own data it knows nothing either.
 * @param {string} field
 * @param {Pick<Settings, "dataset">} settings
 */
const unsaid = (field, { dataset }) =>
  dataset === "own" ? standardOf(field) : usualOf(field, { dataset });

/**
 * The settings that differ from their defaults, and what else is on show.
 * @param {Settings} settings
 * @param {Shown} shown
 */
export function queryOf(settings, { plane, views, presented, curtain, epoch }) {
  const words = new URLSearchParams(bareQuery);
  for (const field of FIELDS) {
    const value = settings[field];
    if (value !== unsaid(field, settings))
      words.set(field, typeof value === "number" ? plain(value) : String(value));
  }
  if (plane && plane.kind !== "anchored") words.set("plane", planeWords(plane));
  if (views.length) words.set("view", views.join(" "));
  if (presented) words.set("present", presented.join(" "));
  if (curtain) words.set("curtain", curtain);
  words.set("epoch", String(epoch));
  // The comma of a start may stand as it is.
  return words.toString().replaceAll("%2C", ",");
}

// What changes while somebody looks: it is in the address, and no step back of its own.
const PASSING = ["v", "embed", "epoch", "learning_rate", "view", "present", "curtain"];

/**
 * Whether two addresses are about different trainings, apart from the learning rate on show.
 * @param {string} search
 * @param {string} other
 */
export function isAnotherState(search, other) {
  const lasting = (/** @type {string} */ text) =>
    [...wordsIn(text)].filter(([name]) => !PASSING.includes(name)).sort();
  return JSON.stringify(lasting(search)) !== JSON.stringify(lasting(other));
}

/** @param {PlaneChoice} plane */
const planeWords = ({ kind, first, second }) =>
  kind === "parameters" ? `parameters ${first} ${second}` : kind;

/** The words of an address, none of one that is too long. @param {string} search */
export const wordsIn = (search) => new URLSearchParams(search.length > LONGEST ? "" : search);

/** * What an address asks for. Of anything but settings that is wrong there is a sentence in
    `problems`, * and it is left out. * @param {string} search */
export function readLink(search) {
  const words = wordsIn(search);
  const dataset = words.get("dataset") ?? String(standardOf("dataset"));
  const settings = /** @type {any} */ (
    Object.fromEntries(
      FIELDS.map((field) => [
        field,
        asValue(words.get(field), field) ?? unsaid(field, { dataset }),
      ]),
    )
  );
  const named = namesIn(words, "view");
  return {
    isBare: [...words.keys()].every((name) => ["v", "embed"].includes(name)),
    settings: /** @type {Settings} */ (settings),
    plane: planeIn(words),
    epoch: epochIn(words, settings),
    views: named.filter((name) => config.panels.includes(name)),
    cards: CARD_ORDER.filter((name) => named.includes(name)),
    present: presentedIn(words),
    curtain: curtainIn(words),
    chapter: words.get("chapter"),
    problems: search.length > LONGEST ? [tooLong(search)] : problemsIn(words, settings),
  };
}

/** @param {string} search */
const tooLong = ({ length }) =>
  `This link is too long: it has ${length} characters, and at most ${LONGEST} are read.`;

/** @param {URLSearchParams} words */
function curtainIn(words) {
  const word = words.get("curtain") ?? "";
  return word in CURTAINS ? word : "";
}

/** @param {URLSearchParams} words */
function planeIn(words) {
  const [kind, first, second] = namesIn(words, "plane");
  if (kind === "parameters" && isPair(first, second))
    return { kind, first: Number(first), second: Number(second) };
  return { kind: config.planes.includes(kind) && kind !== "parameters" ? kind : "anchored" };
}

/**
 * `present=1` is the usual pair of views; else it names one or two.
 * @param {URLSearchParams} words
 * @returns {View[] | null}
 */
function presentedIn(words) {
  if (!words.has("present")) return null;
  const names = namesIn(words, "present");
  const named = /** @type {View[]} */ (names.filter(isCard));
  return named.length ? named : ["descent-path", "fit"];
}

/**
 * A value of an address: a number where it can be read so, null where there is none.
 * @param {string | null} text
 * @param {string} field
 */
function asValue(text, field) {
  if (text === null || field === "start") return text;
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** @param {string} text */
const quoted = (text) => `“${text.length > 40 ? `${text.slice(0, 39)}…` : text}”`;
/** @param {string} text */
const isWhole = (text) => /^\d+$/.test(text);
/** @param {string | undefined} first @param {string | undefined} second */
const isPair = (first, second) =>
  [first, second].every((text) => isWhole(text ?? "")) && first !== second;
/** @param {URLSearchParams} words @param {string} name */
const namesIn = (words, name) => (words.get(name) || "").split(" ").filter(Boolean);

/**
 * The epoch that a link asks for, within its training; null where it asks for none.
 * @param {URLSearchParams} words
 * @param {{epochs: number}} settings
 */
function epochIn(words, { epochs }) {
  const text = words.get("epoch") ?? "";
  if (!isWhole(text)) return null;
  return Number.isFinite(epochs) ? Math.min(Number(text), Math.max(epochs, 0)) : Number(text);
}

/**
 * A sentence for each part that is wrong.
 * @param {URLSearchParams} words
 * @param {{epochs: number}} settings
 */
function problemsIn(words, settings) {
  return [
    version(words),
    ...unknownNames(words),
    epochProblem(words, settings),
    planeProblem(words),
    ...views(words),
    ...presented(words),
    curtainProblem(words),
  ].filter(Boolean);
}

/** @param {URLSearchParams} words */
function version(words) {
  const text = words.get("v") ?? "1";
  if (!isWhole(text) || Number(text) < 1)
    return `There is no version ${quoted(text)} of links: this one is read as version ${LINK_VERSION}.`;
  return Number(text) > LINK_VERSION
    ? `This link comes from a newer Descent Lab (version ${text.slice(0, 9)} of links, and this one knows ${LINK_VERSION}): anything newer is left out.`
    : "";
}

/** @param {URLSearchParams} words */
const unknownNames = (words) =>
  [...new Set(words.keys())]
    .filter((name) => !OTHERS.includes(name) && !isSetting(name))
    .map((name) => `There is no setting named ${quoted(name)}. It is ignored.`);

/** @param {URLSearchParams} words @param {{epochs: number}} settings */
function epochProblem(words, { epochs }) {
  const text = words.get("epoch");
  if (text === null) return "";
  if (!isWhole(text)) return `Epoch must be a whole number, 0 or more. Got ${quoted(text)}.`;
  return Number(text) > epochs
    ? `This training has ${epochs} epochs, so there is no epoch ${quoted(text)}. Showing its last one.`
    : "";
}

/** @param {URLSearchParams} words */
function planeProblem(words) {
  const [kind, first, second] = namesIn(words, "plane");
  if (!kind && !words.has("plane")) return "";
  if (!kind || !config.planes.includes(kind))
    return `There is no plane named ${quoted(kind || "")}. Showing the usual one.`;
  return kind === "parameters" && !isPair(first, second)
    ? `A plane of two parameters needs two different whole numbers, as in “parameters 0 1”. Got ${quoted(words.get("plane") ?? "")}.`
    : "";
}

/** @param {URLSearchParams} words */
const views = (words) =>
  namesIn(words, "view")
    .filter((name) => !config.panels.includes(name) && !isCard(name))
    .map((name) => `There is no view named ${quoted(name)}.`);

/** @param {URLSearchParams} words */
const presented = (words) =>
  namesIn(words, "present")
    .filter((name) => name !== "1" && !isCard(name))
    .map((name) => `There is no view named ${quoted(name)} to present.`);

/** @param {URLSearchParams} words */
const curtainProblem = (words) =>
  words.has("curtain") && !curtainIn(words)
    ? `There is no curtain named ${quoted(words.get("curtain") ?? "")}.`
    : "";
