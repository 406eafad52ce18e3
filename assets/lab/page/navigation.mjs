/* Ways through the page without a mouse: links past the choices, the tabs of a phone. */
import { NARROW, all, element } from "#lab/lib/dom.mjs";
import { bindDrawer } from "#lab/page/drawer.mjs";
import { USUAL_PLACES } from "#lab/state/layout.mjs";
import { invalidate } from "#lab/state/store.mjs";

const narrow = window.matchMedia(NARROW);

/* ---- past the choices ---- */

/** The page's address says what is on show, so the link only moves the focus.
 * @param {Event} event
 * @param {string} id */
function skip(event, id) {
  event.preventDefault();
  const target = element(id);
  if (!target.matches("input, button")) target.tabIndex = -1;
  target.focus();
}

/* ---- tabs: on a phone two views share one place ---- */

const tabs = () => [...all(".tab")];
/** @param {HTMLElement} tab */
const cardOf = (tab) => element(`${tab.dataset.view}-card`);

/** @param {HTMLElement} chosen */
export function chooseTab(chosen) {
  for (const tab of tabs()) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
    cardOf(tab).classList.toggle("chosen", tab === chosen);
  }
  invalidate();
}

/** Only where tabs are on show is a card one of their panels. */
export function showTabs() {
  const areTabs = narrow.matches && element("views").dataset.count === String(USUAL_PLACES.length);
  for (const tab of tabs()) {
    if (areTabs) cardOf(tab).setAttribute("role", "tabpanel");
    else cardOf(tab).removeAttribute("role");
    cardOf(tab).setAttribute("aria-labelledby", areTabs ? tab.id : `${tab.dataset.view}-title`);
  }
}

/** @param {KeyboardEvent} event */
function onTabKey(event) {
  const found = tabs();
  const at = found.findIndex((tab) => tab === event.target);
  /** @type {Record<string, number>} */
  const places = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 };
  if (!(event.key in places)) return;
  event.preventDefault();
  const next = found.at(places[event.key] % found.length);
  if (next) chooseTab(next);
  next?.focus();
}

export function bindReach() {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (all(".skip")))
    link.addEventListener("click", (event) => skip(event, link.hash.slice(1)));
  all(".tabs")[0].addEventListener("keydown", onTabKey);
  narrow.addEventListener("change", showTabs);
  showTabs();
  bindDrawer();
}
