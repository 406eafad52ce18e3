/* The small buttons in the heads of the cards. */
import { element } from "#lab/lib/dom.mjs";
import { invalidate, state } from "#lab/state/store.mjs";

export function bindCardButtons() {
  element("squares").addEventListener("click", () => {
    state.areSquared = !state.areSquared;
    element("squares").setAttribute("aria-pressed", String(state.areSquared));
    invalidate();
  });
}

/**
 * Squares are those of one predictor's errors.
 * @param {import("#lab/model/sweep.mjs").Sweep} sweep
 */
export function showCardButtons({ fitKind, isProbability }) {
  element("squares").hidden = fitKind === "plane" || isProbability;
}
