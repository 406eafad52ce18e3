/* The small buttons in the heads of the cards. */
import { element } from "#lab/lib/dom.mjs";
import { on } from "#lab/state/events.mjs";
import { invalidate, state } from "#lab/state/store.mjs";

export function bindCardButtons() {
  element("squares").addEventListener("click", () => {
    state.areSquared = !state.areSquared;
    element("squares").setAttribute("aria-pressed", String(state.areSquared));
    invalidate();
  });
  on("sweep", ({ fitKind, isProbability }) => {
    element("squares").hidden = fitKind === "plane" || isProbability;
  });
}
