/* The controls that train again, found on the page as components/controls made them. */
import { all, element, found, input, leaveOnEnter, setText, showNumber } from "#lab/lib/dom.mjs";
import { isMultiple, numberIn, plain, questionOf } from "#lab/lib/format.mjs";
import { openPanels } from "#lab/page/cards.mjs";
import { showRefusal } from "#lab/page/refusals.mjs";
import { config } from "#lab/state/config.mjs";
import { emit } from "#lab/state/events.mjs";
import { isUsed, labelOf, optionOf, usualOf } from "#lab/state/fields.mjs";
import { layout } from "#lab/state/layout.mjs";
import { settingsNow, state } from "#lab/state/store.mjs";
import { ownChoice } from "#lab/state/user-data.mjs";

/**
 * @typedef {import("#types").Control} Control
 * @typedef {import("#types").Settings} Settings
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 */

function findControls() {
  layout.controls = [...all("#rail .control")].map((control) => {
    const field = /** @type {keyof Settings} */ (control.dataset.field);
    const name = field.replaceAll("_", "-");
    const { decides, stops, default: standard, is_more: isMore } = config.fields[field];
    return {
      control,
      field,
      name,
      decides,
      stops,
      standard,
      isMore,
      input: input(name),
      typed: /** @type {HTMLInputElement | null} */ (found(`${name}-value`)),
    };
  });
}

/**
 * A slider of uneven stops holds the index of the one nearest to its value.
 * @param {Control} control
 * @param {number} value
 */
function toSlider({ stops }, value) {
  if (!stops) return value;
  const gaps = stops.map((stop) => Math.abs(Math.log((stop + 1e-6) / (value + 1e-6))));
  return gaps.indexOf(Math.min(...gaps));
}

/** @param {Control} control */
const fromSlider = ({ stops, input: { value } }) => (stops ? stops[Number(value)] : Number(value));

/** What a number stands for where it is not just a number.
 * @type {Record<string, (value: number) => string>} */
const MEANINGS = {
  hidden_units: (value) => (value ? `${value} units` : "none: a linear model"),
  batch_size: (value) => (value ? `${value} examples` : "full batch"),
  epochs: (value) => `${value} epochs`,
  warmup_epochs: (value) => `${value} epochs`,
  validation_fraction: (value) => `${Math.round(100 * value)} %`,
};

/**
 * What a screen reader says of a slider.
 * @param {Control} control
 * @param {number} value
 */
function sayValue({ field, input: slider }, value) {
  slider.setAttribute("aria-valuetext", MEANINGS[field]?.(value) ?? plain(value));
}

/** Of a person's own data it is seen once they are read what applies to them.
 * @type {Record<string, (sweep: Sweep) => boolean>} */
const OWN_USES = {
  loss: ({ data_info: own }) => Boolean(own?.classes),
  features: ({ predictors, products }) => predictors - products.length === 2,
};

/** @param {keyof Settings} field @param {Sweep} sweep */
const applies = (field, sweep) =>
  isUsed(field, sweep.settings) &&
  (sweep.settings.dataset !== "own" || (OWN_USES[field]?.(sweep) ?? true));

/** The controls follow the sweep on show. @param {Sweep} sweep */
export function showChoices(sweep) {
  const { settings } = sweep;
  for (const choice of layout.controls) {
    choice.control.hidden = !applies(choice.field, sweep);
    showValue(choice, settings[choice.field]);
  }
  for (const name of ["activation", "hidden-layers"])
    element(`${name}-control`).hidden = settings.hidden_units === 0;
  showFieldNotes(sweep);
  const changed = layout.controls.filter(
    ({ isMore, field }) => isMore && settings[field] !== usualOf(field, settings),
  ).length;
  setText("more-count", changed ? `${changed} changed` : "");
}

/** @param {Control} control @param {unknown} value */
function showValue(control, value) {
  const { typed, field, input: slider } = control;
  if (!typed) {
    slider.value = String(value);
    return;
  }
  const shown = Number(value);
  // A typed number may lie between two stops of its slider.
  if (field === "epochs") slider.step = shown % 10 ? "1" : "10";
  if (field === "momentum") slider.step = isMultiple(shown, 100) ? "0.01" : "any";
  slider.value = String(toSlider(control, shown));
  showNumber(typed, plain(shown));
  sayValue(control, shown);
}

/** @param {Sweep} sweep */
function showFieldNotes({ settings, steps_per_epoch: steps, example_count: examples }) {
  setText("hidden-units-note", settings.hidden_units ? "" : "linear");
  setText(
    "batch-size-note",
    settings.batch_size ? `${steps} step${steps > 1 ? "s" : ""} an epoch` : "full",
  );
  setText("validation-fraction-note", settings.validation_fraction ? `${examples} train` : "");
}

/** A schedule with a warm-up begins with one that fits into the training.
 * @param {Partial<Settings>} change */
function withRoom(change) {
  if (change.schedule !== "warmup_cosine") return change;
  const { epochs, warmup_epochs: usual } = state.sweep.settings;
  return { ...change, warmup_epochs: Math.min(usual, Math.max(Math.floor(epochs / 5), 1)) };
}

/** @param {() => void} settle puts the controls back to the sweep on show */
export function bindChoices(settle) {
  findControls();
  for (const control of layout.controls) {
    if (control.typed) bindNumber(control, control.typed, settle);
    else control.input.addEventListener("change", () => chooseOption(control, settle));
  }
}

/** @param {Control} control @param {() => void} settle */
function chooseOption({ field, input: { value } }, settle) {
  if (value !== "own" || ownChoice()) return emit("choose", withRoom({ [field]: value }));
  // There are none yet: here is where to bring them.
  settle();
  return openPanels(["own-data"]);
}

/** @param {Control} control @param {HTMLInputElement} typed @param {() => void} settle */
function bindNumber(control, typed, settle) {
  const { field, input: slider, name } = control;
  slider.addEventListener("input", () => {
    const value = fromSlider(control);
    showNumber(typed, plain(value));
    sayValue(control, value);
    emit("choose", { [field]: value });
  });
  slider.addEventListener("change", settle);
  typed.addEventListener("change", () => {
    showNumber(typed, typed.value);
    const question = questionOf(typed.value, typed.inputMode === "numeric");
    if (question) showRefusal(field, question);
    else emit("choose", { [field]: numberIn(typed.value) });
  });
  leaveOnEnter(typed);
  typed.setAttribute("aria-label", `${name.replaceAll("-", " ")}, exact value`);
}

/** What is chosen, for a person: the first screen's choices, and of the others what was changed. */
export function chosenInWords() {
  const settings = settingsNow();
  const said = layout.controls.filter(
    ({ control, field, isMore, standard }) =>
      !control.hidden && (!isMore || settings[field] !== standard),
  );
  const words = said.map(({ field }) => `${labelOf(field)}: ${inWords(field, settings[field])}`);
  const sentence = [...words, `learning rate: ${plain(settings.learning_rate)}`].join("; ");
  return `${sentence[0].toUpperCase()}${sentence.slice(1)}.`;
}

/** @param {string} field @param {unknown} value */
const inWords = (field, value) =>
  typeof value === "number" ? plain(value) : optionOf(field, value);
