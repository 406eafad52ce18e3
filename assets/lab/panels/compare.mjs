/* Pinned runs: each keeps its own numbers, and is drawn in every view with the run on show. What
   may be compared shares start, data and batch order; the rest of the settings may differ. */
import { all, button, clicked, make, setText, showMessage, slot } from "#lab/lib/dom.mjs";
import { format, numberIn, plain, questionOf } from "#lab/lib/format.mjs";
import { verdictName } from "#lab/model/verdicts.mjs";
import { say } from "#lab/panels/chart.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { labelOf, optionOf, same } from "#lab/state/fields.mjs";
import { MOST, SHARED, pinCurrent, pinned, unpin } from "#lab/state/pins.mjs";
import { invalidate, settingsNow, state } from "#lab/state/store.mjs";

/**
 * @typedef {import("#types").Compared} Compared
 * @typedef {import("#types").Settings} Settings
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {{run: Compared, cells: string[]}} Row
 * @typedef {{epoch: number, isLate: boolean}} Reached an epoch; `isLate` where those just before it
 *   are not kept
 */

/** What some of the shared settings are called here, where their labels say less.
 * @type {Record<string, string>} */
const WORDS = { validation_fraction: "validation split", data_token: "data" };

// The columns between a run's name and its button.
const NUMBERS = 4;

/** Which run each row of the table shows.
 * @type {WeakMap<Element, Compared>} */
const runOfRow = new WeakMap();

/* ---- the runs ---- */

/** The run on show, where it is not pinned. @param {Sweep} sweep @returns {Compared} */
const runNow = (sweep) => ({
  settings: settingsNow(),
  track: state.track,
  verdict: sweep.verdicts[state.run],
  lastLoss: sweep.last_loss[state.run],
  lastAccuracy: sweep.accuracyWords(state.run),
  end: sweep.end,
  look: null,
});

const isNowPinned = () => pinned.runs.some((pin) => same(pin.settings, settingsNow()));

/**
 * What a run is called: its rate, and what else differs among the compared ones.
 * @param {Settings} settings
 * @param {Settings[]} compared
 */
function nameOf(settings, compared) {
  const { learning_rate: rate, optimizer, ...rest } = settings;
  const words = Object.entries(rest)
    .filter(([name, value]) => compared.some((other) => Object(other)[name] !== value))
    .filter(([name]) => !SHARED.some((shared) => shared === name))
    .map(([name, value]) => `${labelOf(name)} ${optionOf(name, value)}`);
  return [`${optionOf("optimizer", optimizer)}\u00a0${plain(rate)}`, ...words].join(", ");
}

/**
 * The first epoch at which a run's train loss is below a value; null where it never is.
 * @param {Compared} run
 * @param {number} wanted
 * @returns {Reached | null}
 */
function reaches({ track }, wanted) {
  const index = track.loss.findIndex((loss, k) => k < track.length && loss < wanted);
  if (index < 0) return null;
  return {
    epoch: track.epochs[index],
    isLate: index > 0 && track.epochs[index] - track.epochs[index - 1] > 1,
  };
}

/** Of two kept epochs the loss may have got there between them.
 * @param {Reached | null} reached */
const reachedWords = (reached) =>
  reached === null ? "never" : `${reached.isLate ? "≤ " : ""}${reached.epoch}`;

/**
 * A run's train loss at an epoch, or why there is none to be said.
 * @param {Compared} run
 * @param {number} epoch
 */
export function lossWords(run, epoch) {
  if (isHidden("ahead")) return "?";
  const { track } = run;
  const at = Math.min(epoch, run.end);
  if (track.overflowAt >= 0 && at >= track.overflowAt) return "overflow";
  const index = Math.min(track.indexOf(at), track.length - 1);
  const kept = track.epochs[index] === at ? "" : ` (epoch ${track.epochs[index]})`;
  return `${format(track.loss[index], 4)}${kept}`;
}

/** How a run ends; of classes also how many are right. @param {Compared} run */
function endWords(run) {
  const loss = lossWords(run, run.end);
  const isSaid = run.lastAccuracy && run.lastLoss !== null && !isHidden("ahead");
  return isSaid ? `${loss}; ${run.lastAccuracy}` : loss;
}

/** Twice the lowest end, in two digits: a loss that says something of most runs.
 * @param {Compared[]} runs */
function usualLoss(runs) {
  const ends = runs
    .map(({ lastLoss }) => lastLoss)
    .filter((loss) => loss !== null)
    .filter((loss) => loss > 0);
  return ends.length ? Number((2 * Math.min(...ends)).toPrecision(2)) : 0.1;
}

/* ---- the table ---- */

/** @param {Sweep} sweep @param {Snapshot} moment */
export function compare(sweep, moment) {
  const target = slot("compare");
  const isPinned = isNowPinned();
  showButton(isPinned);
  /** @type {Compared[]} */
  const runs = pinned.runs.filter((pin) => !pin.mismatch);
  if (!isPinned) runs.push(runNow(sweep));
  const others = pinned.runs.filter((pin) => pin.mismatch);
  const wanted = pinned.wantedLoss ?? usualLoss(runs);
  const looks = pinned.runs.map(({ look }) => look.color);
  const key = [...looks, isPinned, state.detail ? 1 : 0, sweep.classes].join();
  if (target.dataset.key !== key) layCompare(target, key, wanted);
  followWanted(target, wanted);
  const everySettings = [...runs, ...others].map(({ settings }) => settings);
  const names = everySettings.map((settings) => nameOf(settings, everySettings));
  fillRows(target, [
    ...runs.map((run, k) => rowOf(run, names[k], wanted, moment.epoch)),
    ...others.map((run, k) => otherRow(run, names[runs.length + k])),
  ]);
  say("compare", difference(runs, names, wanted), { runs, names });
}

/** @param {boolean} isPinned */
function showButton(isPinned) {
  const isFull = pinned.runs.length >= MOST;
  button("pin").disabled = !state.detail || isPinned || isFull;
  const usual = isPinned ? "This run is pinned" : "Pin this run";
  setText("pin", isFull ? "Four runs are pinned: remove one (×) to pin another" : usual);
}

/** The usual loss moves with the runs, until the person types one.
 * @param {HTMLElement} target
 * @param {number} wanted */
function followWanted(target, wanted) {
  const input = target.querySelector("input");
  if (input && pinned.wantedLoss === null && document.activeElement !== input)
    input.value = format(wanted, 2);
}

/**
 * @param {Compared} run
 * @param {string} name
 * @param {number} wanted
 * @param {number} epoch
 * @returns {Row}
 */
const rowOf = (run, name, wanted, epoch) => ({
  run,
  cells: [
    name,
    reachedWords(reaches(run, wanted)),
    lossWords(run, epoch),
    endWords(run),
    isHidden("verdict") ? "?" : verdictName(run.verdict),
  ],
});

/** A run that is only named, as it shares too little. @param {Compared} run @param {string} name
 * @returns {Row} */
function otherRow(run, name) {
  const shared = run.mismatch ?? "";
  const words = WORDS[shared] ?? labelOf(shared);
  return { run, cells: [name, `other ${words}: not comparable`] };
}

/** @param {HTMLElement} target @param {string} key @param {number} wanted */
function layCompare(target, key, wanted) {
  target.dataset.key = key;
  const end = state.sweep.classes ? "at the end; accuracy" : "at the end";
  const heads = ["run", "", "loss now", end, "outcome", ""].map((text) =>
    make("th", { textContent: text }),
  );
  heads[1].append("epochs until loss\u00a0< ", lossField(wanted));
  heads[5].append(make("span", { className: "visually-hidden", textContent: "remove" }));
  target.replaceChildren(
    make("table", { className: "compare" }, [
      make("thead", {}, [make("tr", {}, heads)]),
      make("tbody"),
    ]),
  );
}

/** The field of the train loss to reach. @param {number} wanted */
function lossField(wanted) {
  const field = make("input", {
    className: "form-control",
    type: "text",
    inputMode: "decimal",
    value: format(wanted, 2),
    id: "compare-loss",
  });
  field.setAttribute("aria-label", "train loss to reach");
  field.addEventListener("change", () => {
    const typed = numberIn(field.value);
    const question = questionOf(field.value);
    showMessage(question);
    const isGood = !question && typeof typed === "number" && typed > 0;
    field.classList.toggle("is-invalid", !isGood);
    if (isGood) pinned.wantedLoss = typed;
    invalidate();
  });
  return field;
}

/** Rows change in place, so that a focus in them stays. @param {HTMLElement} target
 * @param {Row[]} rows */
function fillRows(target, rows) {
  const [body] = all("tbody", target);
  while (body.children.length > rows.length) body.lastChild?.remove();
  while (body.children.length < rows.length) body.append(emptyRow());
  all("tr", body).forEach((row, k) => fillRow(row, rows[k]));
}

/** @param {HTMLElement} row @param {Row} content */
function fillRow(row, { run, cells }) {
  const { look } = run;
  runOfRow.set(row, run);
  row.classList.toggle("now", !look);
  row.style.setProperty("--mark", look ? `var(--${look.color})` : "var(--path)");
  row.dataset.marker = look ? look.marker : "round";
  const places = /** @type {HTMLTableCellElement[]} */ ([...all("td", row)]);
  // A single sentence has the place of all numbers.
  places[1].colSpan = cells.length > 2 ? 1 : NUMBERS;
  places.slice(0, NUMBERS + 1).forEach((place, column) => {
    const text = cells[column] ?? "";
    place.hidden = column >= cells.length;
    if (place.textContent !== text) place.textContent = text;
  });
  for (const remove of all("button", row)) remove.hidden = !look;
}

function emptyRow() {
  const remove = make("button", {
    className: "step-button remove",
    title: "remove",
    ariaLabel: "× remove",
    textContent: "×",
  });
  const cells = Array.from({ length: NUMBERS + 1 }, () => make("td"));
  const row = make("tr", {}, [...cells, make("td", {}, [remove])]);
  remove.addEventListener("click", () => {
    const shown = pinned.runs.find((pin) => pin === runOfRow.get(row));
    if (shown) unpin(shown);
  });
  return row;
}

/* ---- in words ---- */

/**
 * One sentence: the first to get there against the last.
 * @param {Compared[]} runs
 * @param {string[]} names
 * @param {number} wanted
 */
function difference(runs, names, wanted) {
  if (state.hidden.size) return "";
  if (runs.length < 2)
    return "Pin this run, then change the learning rate, the optimizer or any setting that keeps the same starting point.";
  const reached = runs
    .map((run, k) => ({ name: names[k], epoch: reaches(run, wanted)?.epoch ?? null, run }))
    .sort((a, b) => (a.epoch ?? Infinity) - (b.epoch ?? Infinity));
  const [first, last] = [reached[0], reached[reached.length - 1]];
  const loss = format(wanted, 2);
  if (first.epoch === null) return `None of them gets below a train loss of ${loss}.`;
  const start = `${first.name} gets below a train loss of ${loss} in ${epochsOf(first.epoch)}`;
  if (last.epoch === null)
    return `${start}; ${last.name} never does (${verdictName(last.run.verdict)}).`;
  if (first.epoch === last.epoch)
    return `${runs.length > 2 ? "All" : "Both"} get below a train loss of ${loss} in ${epochsOf(first.epoch)}.`;
  const times = first.epoch > 0 ? `, ${format(last.epoch / first.epoch, 2)} times as many` : "";
  return `${start}; ${last.name} takes ${epochsOf(last.epoch)}${times}.`;
}

/** @param {number} count */
const epochsOf = (count) => (count === 1 ? "1 epoch" : `${count} epochs`);

export const bindCompare = () =>
  document.addEventListener("click", (event) => clicked(event, "#pin") && pinCurrent());
