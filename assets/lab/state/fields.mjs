/* The settings by name: their defaults, labels and options, and which of them count. */
import { config } from "#lab/state/config.mjs";
import { ownChoice } from "#lab/state/user-data.mjs";

/** @typedef {import("#types").Settings} Settings */

export const FIELDS = /** @type {(keyof Settings)[]} */ (Object.keys(config.fields));

/** @param {unknown} name @returns {name is keyof Settings} */
export const isSetting = (name) => FIELDS.includes(/** @type {keyof Settings} */ (name));

/** @param {string} field */
export const standardOf = (field) => config.fields[field]?.default;

/** @param {unknown} dataset */
const hasClasses = (dataset) =>
  dataset === "own" ? ownChoice()?.hasClasses : config.data[String(dataset)]?.classes;

/** The loss that a data set begins with. @param {unknown} dataset */
export const usualLoss = (dataset) =>
  config.usual_loss[hasClasses(dataset) ? "classes" : "numbers"];

/** What a setting is before a person changes it. @param {string} field
 * @param {Pick<Settings, "dataset">} settings */
export const usualOf = (field, { dataset }) =>
  field === "loss" ? usualLoss(dataset) : standardOf(field);

/**
 * Whether the other settings leave a field with a use.
 * @param {string} field
 * @param {Settings} settings
 */
export function isUsed(field, settings) {
  const { decides, users } = config.fields[field];
  return !decides || Boolean(users?.includes(String(settings[decides])));
}

/**
 * A setting that the other choices leave without a use goes back to its default.
 * @param {Settings} settings
 * @returns {Settings}
 */
export function withDefaults(settings) {
  const unused = FIELDS.filter((field) => !isUsed(field, settings));
  return { ...settings, ...Object.fromEntries(unused.map((field) => [field, standardOf(field)])) };
}

/**
 * The settings with a person's change. A start set by hand belongs to the data, the network and the
 * seed that it was set for: where one of these changes, the seed's own start is taken again.
 * @param {Settings} settings
 * @param {Partial<Settings>} change
 * @returns {Settings}
 */
export function withChange(settings, change) {
  const begun = "dataset" in change ? begunWith(change.dataset) : {};
  const changed = { ...settings, ...begun, ...change };
  const isAnew = config.starts_anew.some((field) => changed[field] !== settings[field]);
  return withDefaults(isAnew ? { ...changed, start: "", ...change } : changed);
}

/** What belongs to the data, where others are chosen. @param {unknown} dataset
 * @returns {Partial<Settings>} */
const begunWith = (dataset) => ({
  loss: usualLoss(dataset),
  ...(dataset === "own" ? { features: String(standardOf("features")) } : {}),
});

/** What a field is called in a sentence. @param {string} field */
export const labelOf = (field) => config.fields[field]?.label.toLowerCase() || field;

/**
 * A value as its menu calls it; a number as it is.
 * @param {string} field
 * @param {unknown} value
 */
export const optionOf = (field, value) =>
  config.fields[field]?.options?.[String(value)] ?? String(value);

/** Whether all settings are equal.
 * @param {Settings} a
 * @param {Settings} b */
export const same = (a, b) => Object.entries(a).every(([name, value]) => Object(b)[name] === value);
