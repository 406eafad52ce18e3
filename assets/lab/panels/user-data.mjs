/* The panel of one's own data: text, a file or clicked points are read by the server into a table,
   of which the person chooses columns. Points are text as well: one way for all. */
import { NARROW, all, clicked, found, isOpen, make, showMessage, slot } from "#lab/lib/dom.mjs";
import { firstLines, openQuestions, readingMenus, refusedFile } from "#lab/panels/user-lines.mjs";
import { drawChart } from "#lab/panels/user-points.mjs";
import {
  MOST_PREDICTORS,
  exampleAddress,
  openExample,
  readFile,
  readText,
  recallTable,
  sayOfData,
  targetsOf,
} from "#lab/panels/user-reading.mjs";
import { backend } from "#lab/state/backend.mjs";
import { emit } from "#lab/state/events.mjs";
import { invalidate, state } from "#lab/state/store.mjs";
import { keepOwn, ownChoice } from "#lab/state/user-data.mjs";
import { userTable } from "#lab/state/user-table.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").DataInfo} DataInfo
 * @typedef {import("#lab/state/user-table.mjs").Choice} Choice
 * @typedef {import("#lab/state/user-table.mjs").ReadTable} ReadTable
 */

const CLOSED =
  "To read a file of your own, open the panel first: More views, Your own data. Then drop it again.";
const NO_PANEL = "This is a saved page; it cannot read files.";

/** The table and what is chosen of it: the controls are there only once both are. */
const ofTable = () => /** @type {{table: ReadTable, choice: Choice}} */ (userTable);

/* ---- choosing ---- */

function fit() {
  const { table, choice } = ofTable();
  if (!choice.predictors.length) {
    sayOfData("Choose at least one predictor.");
    return;
  }
  userTable.isAwaited = true;
  const hasClasses = Boolean(classesOf(choice.target));
  emit("choose", { dataset: "own", data_token: keepOwn({ ...table.file, ...choice, hasClasses }) });
}

function standardize() {
  const now = ownChoice(state.sweep.settings.data_token);
  if (!now) return;
  if (userTable.choice && userTable.table?.file.content === now.content)
    userTable.choice.standardize = true;
  emit("choose", { dataset: "own", data_token: keepOwn({ ...now, standardize: true }) });
}

/** What is said of a target with two values; nothing of any other. @param {string} target */
function classesOf(target) {
  const { classes, two_numbers: numbers } = ofTable().table;
  if (target in classes) return `Two classes: ${classes[target].join(" (0) and ")} (1).`;
  return numbers.includes(target)
    ? "Two values: trained as two classes. Loss, under Settings, can make numbers of them."
    : "";
}

/** @param {string} name */
function chooseTarget(name) {
  const { table, choice } = ofTable();
  const isOther = (/** @type {string} */ one) => one !== name;
  const kept = choice.predictors.filter(isOther);
  choice.target = name;
  choice.predictors = kept.length ? kept : table.numeric.filter(isOther).slice(0, 1);
  invalidate();
}

/**
 * @param {string} name
 * @param {boolean} isChosen
 */
function choosePredictor(name, isChosen) {
  const { table, choice } = ofTable();
  const before = choice.predictors;
  choice.predictors = table.numeric.filter((one) =>
    one === name ? isChosen : before.includes(one),
  );
  const isTooMany = choice.predictors.length > MOST_PREDICTORS;
  sayOfData(isTooMany ? `At most ${MOST_PREDICTORS} predictors.` : "");
}

/* ---- drawing ---- */

/** @param {Sweep} sweep */
export function drawUserData(sweep) {
  drawFile();
  if (backend.canTrain) recallTable();
  drawChart();
  drawRefused();
  const { table, choice, refused } = userTable;
  const notes = sweep.data_info?.notes;
  const parts = [table?.number, choice?.target, sweep.sweep_id, notes];
  const key = table && !refused ? JSON.stringify(parts) : "";
  const isNew = layOut("own-table", key, () => (key ? layTable(notes) : []));
  const isProblem = found("own-note")?.classList.contains("problem");
  if (isNew && sweep.data_info && !isProblem) showFitted(sweep.data_info, sweep.predictor_names);
}

function drawRefused() {
  const { refused } = userTable;
  if (!refused) return layOut("own-refused", "", () => []);
  // Its content, of up to 2 MiB, is too long for a key.
  const { name, content, reading } = refused;
  const key = JSON.stringify([name, content.length, reading]);
  return layOut("own-refused", key, () => refusedFile(refused));
}

/**
 * Lays out a slot where something has changed. Whoever has changed a menu by keyboard goes on from
 * there.
 * @param {string} name
 * @param {string} key
 * @param {() => HTMLElement[]} lay
 */
function layOut(name, key, lay) {
  const target = slot(name);
  if (target.dataset.key === key && (target.firstChild || !key)) return false;
  target.dataset.key = key;
  const before = document.activeElement;
  const id = before && target.contains(before) ? before.id : "";
  target.replaceChildren(...lay());
  if (id) found(id)?.focus();
  return true;
}

/** @param {DataInfo} own @param {string[]} names of the predictors */
function showFitted(own, names) {
  sayOfData(`Showing ${own.target} from ${names.join(", ")}; ${own.example_count} examples.`);
  if (userTable.isAwaited && window.matchMedia(NARROW).matches)
    document.querySelector(".views")?.scrollIntoView();
  userTable.isAwaited = false;
}

/** The field for a file, and what comes with it: links to the examples. */
function drawFile() {
  const target = slot("own-file");
  if (target.firstChild) return;
  const field = make("input", {
    type: "file",
    id: "own-file",
    accept: ".csv,.tsv,.txt,text/csv,text/plain",
    className: "form-control",
  });
  field.setAttribute("aria-label", "open a CSV file");
  field.addEventListener("change", () => {
    readFile(field.files?.[0]);
    field.value = "";
  });
  target.append(field);
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (all("[data-save]")))
    link.href = exampleAddress(link.dataset.save ?? "");
}

/** A file that is dropped on the page would replace it: it is read where the panel is open, and
    else it is said how to open it. */
function bindDrop() {
  const hasFile = (/** @type {DragEvent} */ event) =>
    event.dataTransfer?.types.includes("Files") ?? false;
  document.addEventListener("dragover", (event) => hasFile(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    if (isOpen("own-data")) readFile(event.dataTransfer?.files[0]);
    else showMessage(backend.canTrain ? CLOSED : NO_PANEL);
  });
}

/**
 * What was read, and what can be chosen of it.
 * @param {string[]} about what is to be said of the data on show
 */
function layTable(about = []) {
  const { table } = ofTable();
  const button = make("button", {
    id: "own-fit",
    className: "btn btn-primary play wide",
    textContent: "Fit these data",
  });
  button.addEventListener("click", fit);
  // What the server refuses of it stands here, see page/refusals.mjs.
  const refused = make("div", { id: "own-fit-error", className: "control-error", hidden: true });
  refused.setAttribute("role", "alert");
  const notes = new Set([...table.notes, ...about]);
  return [
    make("p", { textContent: tableWords(table) }),
    firstLines(table),
    readingMenus(table, table.file.reading),
    ...openQuestions(table),
    targetChoice(),
    predictorChoice(),
    scaleChoice(),
    button,
    refused,
    ...Array.from(notes, (note) => make("p", { className: "own-words", textContent: note })),
  ];
}

/** @param {ReadTable} table */
const tableWords = ({ label, rows, columns, separator, decimal, header }) =>
  `${label}: ${rows} rows, ${columns.length} columns; ${separator}, decimal ${decimal}, ${header.length ? "with" : "without"} a header.`;

function targetChoice() {
  const { table, choice } = ofTable();
  const menu = make(
    "select",
    { id: "own-target", className: "form-select" },
    targetsOf(table).map((name) => make("option", { value: name, textContent: name })),
  );
  menu.value = menu.title = choice.target;
  menu.addEventListener("change", () => chooseTarget(menu.value));
  const label = make("label", { htmlFor: "own-target", textContent: "Predict" });
  const said = classesOf(choice.target);
  const note = make("p", { className: "own-words", textContent: said, hidden: !said });
  return make("div", {}, [label, menu, note]);
}

function predictorChoice() {
  const { table, choice } = ofTable();
  const boxes = table.numeric
    .filter((name) => name !== choice.target)
    .map((name) => {
      const box = make("input", {
        type: "checkbox",
        className: "form-check-input",
        checked: choice.predictors.includes(name),
        value: name,
      });
      box.addEventListener("change", () => choosePredictor(name, box.checked));
      return make("label", { className: "own-predictor" }, [box, name]);
    });
  return make("fieldset", { className: "own-predictors" }, [
    make("legend", { textContent: `from (up to ${MOST_PREDICTORS} columns)` }),
    ...boxes,
  ]);
}

function scaleChoice() {
  const box = make("input", {
    type: "checkbox",
    id: "own-standardize",
    className: "form-check-input",
    checked: ofTable().choice.standardize,
  });
  box.setAttribute("role", "switch");
  box.addEventListener("change", () => (ofTable().choice.standardize = box.checked));
  return make("label", { className: "own-predictor form-switch" }, [
    box,
    "Standardise: each column to mean 0 and standard deviation 1",
  ]);
}

export function bindUserData() {
  bindDrop();
  document.addEventListener("click", (event) => {
    const example = clicked(event, "[data-example]")?.dataset.example;
    if (example) openExample(example);
    if (clicked(event, "#own-read")) readText();
    if (clicked(event, "#standardize")) standardize();
  });
  document.addEventListener("input", ({ target }) => {
    if (/** @type {Element} */ (target).id === "own-text") invalidate();
  });
}
