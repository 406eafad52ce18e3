/* Which cards and side panels are on show, and which of the views are large. */
import { all, clicked, element, select } from "#lab/lib/dom.mjs";
import { showTabs } from "#lab/page/navigation.mjs";
import { backend } from "#lab/state/backend.mjs";
import { ABOVE, USUAL_PLACES, areUsual, arrangementOf, layout } from "#lab/state/layout.mjs";
import { invalidate } from "#lab/state/store.mjs";

// Where the places are kept, and the place of each: the cells of the grid in 02-lab.css.
const KEPT = "places";
const CELLS = ["a", "b", "c", "d"];

/** @param {string[]} names */
export function showCards(names) {
  const shown = ABOVE.filter((name) => names.includes(name));
  for (const name of ABOVE) {
    element(`${name}-card`).hidden = !shown.includes(name);
    element(`${name}-card`).classList.toggle("leads", name === shown[0]);
  }
  element("views").dataset.count = arrangementOf(shown);
  all(".lab")[0].dataset.curves = curvesSize(names, shown);
  all(".lab")[0].classList.toggle("no-cards", names.length === 0);
  showTabs();
  invalidate();
}

/**
 * How much room the curves over the timeline get.
 * @param {string[]} names all that is on show
 * @param {string[]} shown those of them above the timeline
 */
function curvesSize(names, shown) {
  // A task's goal is drawn in them.
  const hasGoal = layout.chapter?.task?.checks.some((check) => check.within_epochs);
  if (!names.includes("curves")) return hasGoal && !layout.presented ? "low" : "none";
  if (!shown.length) return "alone";
  return areUsual(names) ? "low" : "high";
}

/** @param {string[]} names */
export function openPanels(names) {
  layout.panels = names;
  element("side").hidden = names.length === 0;
  select("panel").value = names.length === 1 ? names[0] : "none";
  all(".lab")[0].classList.toggle("side-open", names.length > 0);
  backend.ask("panel-request", names, () => {});
  invalidate();
}

/* ---- two sizes ---- */

export function showPlaces() {
  layout.places.forEach((name, k) => (element(`${name}-card`).dataset.place = CELLS[k]));
  invalidate();
}

/** Back to the places of the opening. */
export function resetPlaces() {
  layout.places = [...USUAL_PLACES];
  keepPlaces();
}

/** A view and the one beside it change places. @param {string} name */
function swap(name) {
  const at = layout.places.indexOf(name);
  const other = (at + 2) % CELLS.length;
  [layout.places[at], layout.places[other]] = [layout.places[other], name];
  keepPlaces();
}

function keepPlaces() {
  showPlaces();
  try {
    localStorage.setItem(KEPT, JSON.stringify(layout.places));
  } catch {
    // It holds until the page is closed.
  }
}

function recallPlaces() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "");
    if ([...kept].sort().join() === [...USUAL_PLACES].sort().join()) layout.places = kept;
  } catch {
    // Nothing was kept, or not by this page.
  }
}

export function bindPlaces() {
  recallPlaces();
  showPlaces();
  document.addEventListener("click", (event) => {
    const name = clicked(event, "[data-swaps]")?.dataset.swaps;
    if (name) swap(name);
  });
}
