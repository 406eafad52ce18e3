/* What a readout or a chart is, in one sentence beside its name: on hover, focus and touch. Esc
   puts it away, and a mouse may go over to it. */
import { element, found } from "#lab/lib/dom.mjs";

const GRACE = 200;
const GAP = 6;

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
const named = (target) => (target instanceof Element ? target.closest(".about") : null);
const isFocused = () => document.querySelector(".about:focus-visible") !== null;

class About {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;

  /** @param {HTMLElement} name */
  show(name) {
    clearTimeout(this.#timer);
    const shown = element("about");
    const words = found(name.getAttribute("aria-describedby") ?? "")?.textContent;
    if (!words) return;
    shown.textContent = words;
    shown.hidden = false;
    place(shown, name);
  }

  /** Soon: a mouse may be on its way from the name to the sentence. */
  leave() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), GRACE);
  }

  stay() {
    clearTimeout(this.#timer);
  }

  hide() {
    clearTimeout(this.#timer);
    element("about").hidden = true;
  }
}

/** Below the name, or above it where there is no room; never beyond the window.
 * @param {HTMLElement} shown
 * @param {HTMLElement} name */
function place(shown, name) {
  const { left, top, bottom } = name.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = shown;
  const isRoom = bottom + GAP + height <= innerHeight;
  shown.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  shown.style.top = `${isRoom ? bottom + GAP : top - GAP - height}px`;
}

const about = new About();

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.key !== "Escape" || element("about").hidden) return;
  event.stopPropagation();
  about.hide();
}

/** @param {PointerEvent} event */
function onOver(event) {
  // A finger taps; a hand that drags something passes over.
  if (event.pointerType === "touch" || event.buttons) return;
  const name = named(event.target);
  if (name) about.show(name);
  else if (event.target === element("about")) about.stay();
  else if (!element("about").hidden && !isFocused()) about.leave();
}

/** @param {MouseEvent} event */
function onClick(event) {
  const name = named(event.target);
  if (name) about.show(name);
  else if (event.target !== element("about")) about.hide();
}

export function bindAbout() {
  document.addEventListener("pointerover", onOver);
  document.addEventListener("click", onClick);
  document.addEventListener("focusin", ({ target }) => {
    const name = named(target);
    if (name?.matches(":focus-visible")) about.show(name);
  });
  document.addEventListener("focusout", ({ target }) => named(target) && about.hide());
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("scroll", () => about.hide(), { capture: true, passive: true });
}
