/* The choices, where they slide in: on a phone, in a chapter, beside a panel where it is narrow. */
import { all, element, make } from "#lab/lib/dom.mjs";

const isOpen = () => document.body.classList.contains("rail-open");

/** @param {boolean} opens */
function slide(opens) {
  document.body.classList.toggle("rail-open", opens);
  element("open-rail").setAttribute("aria-expanded", String(opens));
  if (!opens) return;
  // Between the header and the timeline, as far as these are on show.
  const { style } = element("rail");
  const [header, timeline] = [".header", ".timeline"].map((selector) => all(selector)[0]);
  const below = timeline.clientHeight ? innerHeight - timeline.getBoundingClientRect().top : 0;
  style.setProperty("--above", `${Math.max(header.getBoundingClientRect().bottom, 0)}px`);
  style.setProperty("--below", `${Math.max(below, 0)}px`);
}

/** Where the choices have a place of their own, nothing slides. */
export const openDrawer = () => element("open-rail").getClientRects().length && slide(true);

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.key !== "Escape" || !isOpen() || document.querySelector("dialog[open]")) return;
  event.stopPropagation();
  slide(false);
  element("open-rail").focus();
}

/** Tabbing out of them at their end closes them. @param {FocusEvent} event */
function onLeave({ relatedTarget: next }) {
  if (isOpen() && next instanceof Element && !next.closest("#rail, #open-rail")) slide(false);
}

export function bindDrawer() {
  const opener = element("open-rail");
  slide(false);
  opener.setAttribute("aria-controls", "rail");
  opener.addEventListener("click", (event) => {
    slide(!isOpen());
    // Opened by a key, the choices are next in line for it.
    if (isOpen() && event.detail === 0) element("dataset").focus();
  });
  // A click beside them meets this and presses nothing else.
  const cover = document.body.appendChild(make("div", { id: "rail-cover" }));
  for (const closer of [cover, element("close-rail")])
    closer.addEventListener("click", () => slide(false));
  document.addEventListener("keydown", onKey, true);
  element("rail").addEventListener("focusout", onLeave);
  // On a page that has become wide they have their place again.
  window.addEventListener("resize", () => !opener.getClientRects().length && slide(false));
  for (const twin of all("[data-stands-for]")) {
    twin.addEventListener("click", () => {
      slide(false);
      element(twin.dataset.standsFor ?? "").click();
    });
  }
}
