/* Shows the control of a setting, wherever it is: in the rail, under Settings, in the drawer. */
import { clicked, element } from "#lab/lib/dom.mjs";
import { openDrawer } from "#lab/page/drawer.mjs";
import { isSetting } from "#lab/state/fields.mjs";
import { layout } from "#lab/state/layout.mjs";

/** @param {string | undefined} field */
function open(field) {
  const about = layout.controls.find((choice) => choice.field === field);
  if (!about || !isSetting(field)) return;
  openDrawer();
  /** @type {HTMLDetailsElement} */ (element("why")).open = false;
  if (about.isMore) /** @type {HTMLDetailsElement} */ (element("more")).open = true;
  const place = about.typed ?? about.input;
  about.control.scrollIntoView({ block: "nearest" });
  place.focus();
  if (about.typed) about.typed.select();
}

export function bindOpeners() {
  document.addEventListener("click", (event) =>
    open(clicked(event, "[data-opens]")?.dataset.opens),
  );
}
