/* A finger that comes down on something that can be set may mean it, or may begin to scroll the
   page. Nothing is set before that is known: once it moves sideways, or is lifted where it came
   down. A mouse means what it presses. */

/** How far in pixels a finger goes before its way is one. */
export const SLACK = 8;

/** @typedef {Pick<PointerEvent, "clientX" | "clientY">} Place */

/** A finger on its way: what it means so far. */
export class Finger {
  /** @type {"open" | "set" | "scroll"} */
  meaning = "open";

  /** @param {Place} place */
  constructor({ clientX, clientY }) {
    this.start = [clientX, clientY];
  }

  /** @param {Place} place */
  move({ clientX, clientY }) {
    const across = Math.abs(clientX - this.start[0]);
    const along = Math.abs(clientY - this.start[1]);
    if (this.meaning === "open" && Math.max(across, along) >= SLACK)
      this.meaning = across > along ? "set" : "scroll";
    return this.meaning;
  }
}

/** @param {PointerEvent} event */
const isFinger = (event) => event.pointerType === "touch";

/**
 * Calls back for a click, a tap or a drag on an element whose style lets the page scroll
 * (`touch-action: pan-y`). A pointer that came down elsewhere only passes over it.
 * @param {HTMLElement} target
 * @param {(event: PointerEvent) => void} pick
 */
export function onPick(target, pick) {
  /** The pointer that came down here.
   * @type {number | null} */
  let pressed = null;
  /** @type {Finger | null} */
  let finger = null;
  target.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pressed !== null) return;
    pressed = event.pointerId;
    target.setPointerCapture(pressed);
    finger = isFinger(event) ? new Finger(event) : null;
    if (!finger) pick(event);
  });
  target.addEventListener("pointermove", (event) => {
    if (event.pointerId === pressed && (!finger || finger.move(event) === "set")) pick(event);
  });
  target.addEventListener("pointerup", (event) => {
    if (event.pointerId === pressed && finger && finger.move(event) !== "scroll") pick(event);
  });
  // After a release, a cancelled touch, and where a menu of the browser swallows the release.
  target.addEventListener("lostpointercapture", (event) => {
    if (event.pointerId === pressed) pressed = null;
  });
}

/** A slider under a finger. The browser moves its thumb as soon as the finger comes down, whatever
    `touch-action` says: the slider keeps its value, and its listeners hear nothing, until the
    finger means it. */
class HeldSlider {
  /** What the browser made of the finger.
   * @type {string | null} */
  #wanted = null;

  /** @param {HTMLInputElement} slider @param {PointerEvent} event */
  constructor(slider, event) {
    this.slider = slider;
    this.finger = new Finger(event);
    this.before = { step: slider.step, value: slider.value };
  }

  /** @param {Event} event */
  hear(event) {
    if (event.target !== this.slider || this.finger.meaning === "set") return;
    event.stopImmediatePropagation();
    this.#wanted = this.slider.value;
    this.putBack();
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (this.finger.move(event) === "set") this.#release();
  }

  /** @param {PointerEvent} event */
  lift(event) {
    if (this.finger.move(event) === "scroll") return;
    this.finger.meaning = "set";
    this.#release();
  }

  putBack() {
    if (this.finger.meaning !== "set") Object.assign(this.slider, this.before);
  }

  #release() {
    if (this.#wanted === null) return;
    this.slider.value = this.#wanted;
    this.#wanted = null;
    this.slider.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Holds all sliders of a page, also those that come later. @param {Document} page */
export function holdSliders(page) {
  /** @type {HeldSlider | null} */
  let held = null;
  const isSlider = (/** @type {EventTarget | null} */ target) =>
    target instanceof HTMLInputElement && target.type === "range" && target;
  page.addEventListener(
    "pointerdown",
    (event) => {
      const slider = isFinger(event) && isSlider(event.target);
      held = slider ? new HeldSlider(slider, event) : null;
    },
    true,
  );
  // On the way down: the sliders' own listeners come after these.
  page.addEventListener("input", (event) => held?.hear(event), true);
  page.addEventListener("pointermove", (event) => held?.move(event), true);
  page.addEventListener("pointerup", (event) => held?.lift(event), true);
  page.addEventListener("pointercancel", () => held?.putBack(), true);
}
