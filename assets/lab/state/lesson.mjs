/* What a person has done of the chapter on show, and which chapters are done: the browser keeps
   these. */

const KEPT = "chapters-done";

export const lesson = {
  isAnswered: false,
  // The choice that was picked as the answer of its question, from 1 on.
  answer: 0,
  /** Which checks of the task were reached.
   * @type {boolean[]} */
  reached: [],
  /** The choices that were pressed, the last one last.
   * @type {number[]} */
  picks: [],
  isDone: false,
  isRevealed: false,
  // What was on show when the task began, as far as it matters; empty until the page has rested.
  beganWith: "",
  hasTried: false,
  // The part of a panel that is to be opened once its panel is there.
  part: 0,
};

/** Another chapter begins, or the same one anew. @param {number} checks */
export function beginTask(checks) {
  Object.assign(lesson, {
    reached: Array(checks).fill(false),
    picks: [],
    isDone: false,
    isRevealed: false,
    beganWith: "",
    hasTried: false,
  });
}

/** The slugs of the chapters that are done. @returns {Set<string>} */
export function chaptersDone() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((slug) => typeof slug === "string") : []);
  } catch {
    // A browser that keeps nothing, or something else under this name.
    return new Set();
  }
}

/** @param {string} slug */
export function keepDone(slug) {
  try {
    localStorage.setItem(KEPT, JSON.stringify([...chaptersDone().add(slug)]));
  } catch {
    // A browser that keeps nothing shows it until the page is left.
  }
}
