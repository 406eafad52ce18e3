/* Which cards and side panels are on show. */
import { all, element, select } from "#lab/lib/dom.mjs";
import { showTabs } from "#lab/page/navigation.mjs";
import { backend } from "#lab/state/backend.mjs";
import { layout } from "#lab/state/layout.mjs";
import { CARD_ORDER, invalidate } from "#lab/state/store.mjs";

/** @param {string[]} names */
export function showCards(names) {
  const shown = CARD_ORDER.filter((name) => names.includes(name));
  for (const name of CARD_ORDER) element(`${name}-card`).hidden = !shown.includes(name);
  CARD_ORDER.forEach((name) =>
    element(`${name}-card`).classList.toggle("leads", name === shown[0]),
  );
  element("views").dataset.count = String(shown.length);
  all(".lab")[0].classList.toggle("no-cards", shown.length === 0);
  showTabs();
  invalidate();
}

/** @param {string[]} names */
export function openPanels(names) {
  layout.panels = names;
  element("side").hidden = names.length === 0;
  select("panel").value = names.length === 1 ? names[0] : "none";
  all(".lab")[0].classList.toggle("side-open", names.length > 0);
  backend.ask("panel-request", names);
  invalidate();
}
