/* Show of hands: a class guesses, the teacher counts, the counts stand on the strip, and the
   outcome lands on them. */
import {
  all,
  clicked,
  element,
  input,
  leaveOnEnter,
  make,
  select,
  setText,
} from "#lab/lib/dom.mjs";
import { plain } from "#lab/lib/format.mjs";
import { columnsOf, handsInWords } from "#lab/model/hands.mjs";
import { openPanels } from "#lab/page/cards.mjs";
import { on } from "#lab/state/events.mjs";
import {
  ANSWERS,
  clearHands,
  hands,
  handsFor,
  keepHands,
  recallHands,
  setHands,
} from "#lab/state/hands.mjs";
import { layout } from "#lab/state/layout.mjs";
import { STOPS, selectedRate, state } from "#lab/state/store.mjs";

/** @typedef {import("#lab/model/hands.mjs").Column} Column */

// How far, in cells, a column as wide as two of them is from the next.
const WIDE = 1.5;
// Two columns nearer than this have no room for both their numbers.
const ROOM = 2;

/** Beside a side panel there is no room for it; a presented chapter has its panel elsewhere. */
const isShown = () =>
  hands.isOpen && (!layout.panels.length || Boolean(layout.presented && layout.chapter));

export function toggleHands() {
  hands.isOpen = !isShown();
  keepHands();
  if (hands.isOpen && !isShown()) openPanels([]);
  show();
  if (hands.isOpen) element("show-of-hands").focus();
}

/* ---- counting ---- */

/** @param {number} answer @param {number} by */
const raise = (answer, by) => count(selectedRate(), answer, handsFor(selectedRate())[answer] + by);

/** @param {number} rate @param {number} answer @param {number} number */
function count(rate, answer, number) {
  setHands(rate, answer, number);
  show();
}

/** A click on a cell is a hand for its rate; a drag over the strip is none.
 * @param {HTMLElement} strip */
function bindCells(strip) {
  let pressed = -1;
  const cellAt = (/** @type {MouseEvent} */ event) => {
    const { left, width } = strip.getBoundingClientRect();
    return Math.floor((STOPS * (event.clientX - left)) / width);
  };
  strip.addEventListener("pointerdown", (event) => (pressed = cellAt(event)));
  strip.addEventListener("click", (event) => {
    const run = cellAt(event);
    const rate = state.sweep.learning_rates[run];
    const isAsked = isShown() && hands.question === "rate";
    if (isAsked && run === pressed && run < STOPS) count(rate, 0, handsFor(rate)[0] + 1);
  });
}

/* ---- what is on show ---- */

function show() {
  const isOpen = isShown();
  element("show-of-hands").hidden = !isOpen;
  element("open-hands").setAttribute("aria-pressed", String(isOpen));
  showColumns(isOpen ? columnsOf(state.sweep) : []);
  if (!isOpen) return;
  select("hands-question").value = hands.question;
  setText("hands-said", handsInWords(state.sweep, state.run));
  const counts = handsFor(selectedRate());
  all("#show-of-hands .hand-answer").forEach((answer, k) => showAnswer(answer, k, counts));
}

/** @param {HTMLElement} answer @param {number} k @param {number[]} counts */
function showAnswer(answer, k, counts) {
  const isOfRate = hands.question === "rate";
  answer.hidden = k >= counts.length;
  if (answer.hidden) return;
  const [swatch, words] = all(".cell, .hand-words", answer);
  swatch.hidden = isOfRate;
  words.dataset.answer ??= words.textContent ?? "";
  const text = isOfRate ? `${plain(selectedRate())}, or click the strip` : words.dataset.answer;
  if (words.textContent !== text) words.textContent = text;
  const field = input(`hands-${k}`);
  field.setAttribute("aria-label", `hands: ${text}`);
  if (document.activeElement !== field) field.value = String(counts[k]);
}

/** @param {Column[]} columns */
function showColumns(columns) {
  const target = element("hand-columns");
  const key = columns.length ? JSON.stringify([columns, state.run, hands.question]) : "";
  if (target.dataset.key === key) return;
  target.dataset.key = key;
  target.classList.toggle("hands-rate", hands.question === "rate");
  const most = Math.max(...columns.map(({ total }) => total), 1);
  target.replaceChildren(...columns.map((one) => columnElement(one, most, columns)));
}

/** @param {Column} column @param {number} most @param {Column[]} columns */
function columnElement(column, most, columns) {
  const { place, counts, total, right, run } = column;
  const made = make("div", { className: "hand-column" }, [
    make("b", { textContent: isNamed(column, columns) ? columnWords(column) : "" }),
    ...counts.map((one, answer) => partElement(one, answer, column)),
  ]);
  made.style.setProperty("--place", String(place / (STOPS - 1)));
  made.style.setProperty("--share", String(total / most));
  made.classList.toggle("landed", right >= 0);
  made.classList.toggle("now", run === state.run);
  made.classList.toggle("wide", run === state.run && isAlone(column, columns));
  return made;
}

/** Whether no other column is in the way of one as wide as two cells.
 * @param {Column} column @param {Column[]} columns */
const isAlone = ({ place, run }, columns) =>
  hands.question !== "rate" &&
  columns.every((one) => one.run === run || Math.abs(one.place - place) >= WIDE);

/** @param {Column} column */
const columnWords = ({ counts, total, right }) =>
  hands.question === "rate" || right < 0 ? String(total) : `✓ ${counts[right]}`;

/** @param {Column} column @param {Column[]} columns */
const isNamed = (column, columns) =>
  column.run === state.run ||
  columns.every(
    (one) =>
      one === column || Math.abs(one.place - column.place) > ROOM || one.total < column.total,
  );

/**
 * The hands for an answer, in its colour; those for a rate are in the colour of what came of it.
 * @param {number} one
 * @param {number} answer
 * @param {Column} column
 */
function partElement(one, answer, { right, run }) {
  const made = make("i", { className: "hand-part" });
  made.style.flexGrow = String(one);
  made.hidden = one === 0;
  const isOfRate = hands.question === "rate";
  const shade = isOfRate ? right : answer;
  if (shade >= 0) made.dataset.shade = ANSWERS[shade];
  made.classList.toggle("right", isOfRate ? run === state.run : right === answer);
  made.classList.toggle("wrong", !isOfRate && right >= 0 && right !== answer);
  return made;
}

/* ---- start ---- */

/** @param {MouseEvent} event */
function onClick(event) {
  const pressed = clicked(event, ".hand");
  if (!pressed) return;
  const answer = Number(clicked(event, ".hand-answer")?.dataset.answer);
  raise(answer, Number(pressed.dataset.by));
  // After a mouse the space bar is to play, not to count.
  if (event.detail) pressed.blur();
}

/** How high the outcome's sentence is, for the columns that stand in its place. */
function followSentence() {
  const [outcome] = all(".outcome");
  const { style } = /** @type {HTMLElement} */ (outcome.parentElement);
  const measure = () => {
    const { height } = outcome.getBoundingClientRect();
    style.setProperty("--sentence", `${height}px`);
  };
  new ResizeObserver(measure).observe(outcome);
}

export function bindHands() {
  recallHands();
  followSentence();
  const panel = element("show-of-hands");
  panel.addEventListener("click", onClick);
  ANSWERS.forEach((_, k) => {
    const field = input(`hands-${k}`);
    field.addEventListener("input", () => {
      field.value = field.value.replace(/\D/g, "");
      count(selectedRate(), k, Number(field.value));
    });
    field.addEventListener("blur", show);
    leaveOnEnter(field);
  });
  const question = select("hands-question");
  question.setAttribute("aria-label", "question");
  question.addEventListener("change", () => {
    hands.question = question.value === "rate" ? "rate" : "outcome";
    keepHands();
    show();
    question.blur();
  });
  element("hands-clear").addEventListener("click", () => {
    clearHands();
    show();
  });
  element("open-hands").addEventListener("click", toggleHands);
  bindCells(element("strip"));
  on("frame", show);
  on("curtain", show);
}
