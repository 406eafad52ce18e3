/* Which parts of the page are on show: the chapter, the cards, the side panels, what is
   presented. */
import { config } from "#lab/state/config.mjs";
import { CARD_ORDER } from "#lab/state/store.mjs";

/** The views above the timeline. */
export const ABOVE = CARD_ORDER.filter((name) => !config.views[name].over_timeline);
/** The views that the page opens with. */
export const USUAL = CARD_ORDER.filter((name) => config.views[name].is_usual);
/** Those of them above the timeline: the two large views, then the two small ones. */
export const USUAL_PLACES = ["descent-path", "fit", "loss-surface", "cross-sections"];

export const layout = {
  /** The chapter on show, or null in free exploration.
   * @type {import("#types").Chapter | null} */
  chapter: null,
  // The cards that a link named, else the usual ones.
  cards: USUAL,
  /** The four views by their places: two large, then beside each the small one that changes
   * places with it.
   * @type {string[]} */
  places: [...USUAL_PLACES],
  /** @type {string[]} */
  panels: [],
  /** Which views fill the screen of a class, or null.
   * @type {import("#types").View[] | null} */
  presented: null,
  /** The one view that fills the page, or null.
   * @type {import("#types").View | null} */
  alone: null,
  // The table that is open in the card, by its view or panel.
  table: "",
  /** The controls of the rail, see page/fields.mjs.
   * @type {import("#types").Control[]} */
  controls: [],
  areSingleKeysOn: true,
  // The query that was last shared.
  shared: "",
  // What the server says while it is busy.
  busySentence: "",
  // Whether the person has put away that the server is not there.
  isConnectionClosed: false,
  // Whether the last inspection failed, see page/failures.mjs.
  isInspectionLost: false,
};

/** The cards that are on show unless others were chosen. */
export const usualCards = () =>
  layout.chapter
    ? /** @type {import("#types").View[]} */ (layout.chapter.views.filter(isCard))
    : layout.cards;

/** Whether these are the usual views, all of them and no other. @param {string[]} names */
export const areUsual = (names) => areSame(names, USUAL);

/** @param {string[]} some @param {string[]} others */
const areSame = (some, others) =>
  some.length === others.length && others.every((name) => some.includes(name));

/** How views above the timeline are arranged, see 02-lab.css: the usual four in two sizes, up to
 * three by their number, others evenly. @param {string[]} shown */
export const arrangementOf = (shown) =>
  shown.length > 3 && !areSame(shown, USUAL_PLACES) ? "many" : String(shown.length);

/** @param {string} name */
export const isCard = (name) => CARD_ORDER.some((card) => card === name);
