/* A sentence, most often the server's, at the control that it is about; it can be put away. */
import { element, found, make } from "#lab/lib/dom.mjs";
import { layout } from "#lab/state/layout.mjs";
import { userTable } from "#lab/state/user-table.mjs";

/** The place for it, where it can be seen; else null.
 * @param {string | null} field */
function placeFor(field) {
  const ofOwn = userTable.isAwaited ? found("own-fit-error") : null;
  userTable.isAwaited = false;
  if (ofOwn) return ofOwn;
  const about = layout.controls.find((choice) => choice.field === field);
  // Beside the one that decides where the control itself is not on show.
  const named = about?.control.hidden && about.decides ? about.decides : field;
  const place = named ? found(`${named.replaceAll("_", "-")}-error`) : null;
  if (layout.controls.some((choice) => choice.field === named && choice.isMore))
    /** @type {HTMLDetailsElement} */ (element("more")).open = true;
  return place && isSeen(place) ? place : null;
}

/** A narrow page has the rail beside it, a frame and a presentation have none.
 * @param {HTMLElement} place */
function isSeen(place) {
  const around = /** @type {HTMLElement} */ (place.parentElement);
  return around.getClientRects().length > 0 && getComputedStyle(around).visibility === "visible";
}

/**
 * At the control of a setting; false where that is not on show.
 * @param {string | null} field
 * @param {string} sentence
 */
export function showRefusal(field, sentence) {
  clearRefusal();
  const place = placeFor(field);
  if (!place) return false;
  const icon = make("span", { className: "icon icon-x-lg" });
  const button = make("button", { className: "step-button", title: "close" }, [icon]);
  button.setAttribute("aria-label", "close");
  button.addEventListener("click", clearRefusal);
  place.replaceChildren(make("span", { textContent: sentence }), button);
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
  return true;
}

export function clearRefusal() {
  for (const place of document.querySelectorAll(".control-error")) {
    place.replaceChildren();
    /** @type {HTMLElement} */ (place).hidden = true;
  }
}
