/* The page's elements. */

/**
 * The element with this id, which the page always has.
 * @param {string} id
 * @returns {HTMLElement}
 */
export const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** An element that a panel or a chapter brings, or null. @param {string} id */
export const found = (id) => document.getElementById(id);

/** @param {string} id */
export const input = (id) => /** @type {HTMLInputElement} */ (element(id));

/** @param {string} id */
export const select = (id) => /** @type {HTMLSelectElement} */ (element(id));

/** @param {string} id */
export const button = (id) => /** @type {HTMLButtonElement} */ (element(id));

/**
 * All that match a selector.
 * @param {string} selector
 * @param {ParentNode} within
 * @returns {NodeListOf<HTMLElement>}
 */
export const all = (selector, within = document) => within.querySelectorAll(selector);

/**
 * The element that was clicked, or the one around it that matches.
 * @param {Event} event
 * @param {string} selector
 */
export const clicked = (event, selector) =>
  /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(selector));

/**
 * Writes only what differs: a screen reader says what is written.
 * @param {string} id
 * @param {string} text
 */
export function setText(id, text) {
  const target = found(id);
  if (target && target.textContent !== text) target.textContent = text;
}

/**
 * A number in a field, which is as wide as it is long, or else writes it smaller: see --letters in
 * assets/06-hands.css.
 * @param {HTMLInputElement} field
 * @param {string} text
 */
export function showNumber(field, text) {
  field.value = text;
  field.style.setProperty("--letters", String(text.length));
}

/** The message over the views; an empty text takes it away. @param {string} text */
export function showMessage(text) {
  const message = element("message");
  message.hidden = element("message-box").hidden = !text;
  message.textContent = text || "";
}

export const side = () => element("side-body");

/** The slot of this name in an open side panel. @param {string} name */
export const slot = (name) =>
  /** @type {HTMLElement} */ (side().querySelector(`[data-slot="${name}"]`));

/** Whether a side panel is open. @param {string} name */
export const isOpen = (name) => Boolean(side()?.querySelector(`[data-panel="${name}"]`));

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} properties
 * @param {(Node | string)[]} children
 */
export function make(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
export function makeSvg(tag, attributes = {}) {
  const made = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

/**
 * Enter takes what was typed, and the next key is one of the page's again: C, space, [ and ].
 * @param {HTMLElement} field
 */
export function leaveOnEnter(field) {
  field.addEventListener("keydown", ({ key }) => key === "Enter" && field.blur());
}

// Below this width the page has one column.
export const NARROW = "(max-width: 767.98px)";
