/* Words of a sentence that say what to change are buttons, which open the control for it. */
import { make } from "#lab/lib/dom.mjs";

/** The setting that each of these words is about. @type {Record<string, string>} */
const OPENS = {
  "more epochs": "epochs",
  "another seed": "seed",
  "another initialization": "initialization",
  "more units": "hidden_units",
  "smaller initial scale": "initial_scale",
  "larger batches": "batch_size",
  "falling schedule": "schedule",
};
const WORDS = new RegExp(`(${Object.keys(OPENS).join("|")})`);

/**
 * A sentence as what an element shows.
 * @param {string} sentence
 * @returns {(string | HTMLButtonElement)[]}
 */
export function withOpeners(sentence) {
  return sentence.split(WORDS).map((words) => {
    if (!(words in OPENS)) return words;
    const button = make("button", { className: "opener", type: "button", textContent: words });
    button.dataset.opens = OPENS[words];
    return button;
  });
}

/** Writes only what differs: a screen reader says what is written, and the focus may be in it.
 * @param {HTMLElement} target
 * @param {string} sentence */
export function showSentence(target, sentence) {
  if (target.dataset.text === sentence) return;
  target.dataset.text = sentence;
  target.replaceChildren(...withOpeners(sentence));
}
