/* Ways through the page without a mouse: links past the choices, the tabs of a phone, the choices that
   slide in from the side. */
(function (lab) {
  "use strict";

  const { element } = lab;
  const narrow = window.matchMedia("(max-width: 767.98px)");

  /* ---- past the choices ---- */

  /** The page's address says what is on show, so the link only moves the focus. */
  function skip(event) {
    event.preventDefault();
    const target = element(event.currentTarget.hash.slice(1));
    if (!target.matches("input, button")) target.tabIndex = -1;
    target.focus();
  }

  /* ---- tabs: on a phone three views share one place ---- */

  const tabs = () => [...document.querySelectorAll(".tab")];
  const cardOf = (tab) => element(`${tab.dataset.view}-card`);

  function chooseTab(chosen) {
    for (const tab of tabs()) {
      tab.setAttribute("aria-selected", tab === chosen);
      tab.tabIndex = tab === chosen ? 0 : -1;
      cardOf(tab).classList.toggle("chosen", tab === chosen);
    }
    lab.touch();
  }

  /** Only where tabs are on show is a card one of their panels. */
  function showTabs() {
    const areTabs = narrow.matches && document.querySelector(".views").dataset.count === String(lab.CARD_ORDER.length);
    for (const tab of tabs()) {
      if (areTabs) cardOf(tab).setAttribute("role", "tabpanel");
      else cardOf(tab).removeAttribute("role");
      cardOf(tab).setAttribute("aria-labelledby", areTabs ? tab.id : `${tab.dataset.view}-title`);
    }
  }

  function onTabKey(event) {
    const all = tabs();
    const at = all.indexOf(event.target);
    const places = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 };
    if (!(event.key in places)) return;
    event.preventDefault();
    const next = all.at(places[event.key] % all.length);
    chooseTab(next);
    next.focus();
  }

  /* ---- the choices, where they slide in ---- */

  function slideRail(isOpen) {
    document.body.classList.toggle("rail-open", isOpen);
    element("open-rail").setAttribute("aria-expanded", isOpen);
  }

  function bindRail() {
    const button = element("open-rail");
    const isOpen = () => document.body.classList.contains("rail-open");
    slideRail(false);
    button.setAttribute("aria-controls", "rail");
    button.addEventListener("click", (event) => {
      slideRail(!isOpen());
      // Opened by a key, the choices are next in line for it.
      if (isOpen() && event.detail === 0) element("dataset").focus();
    });
    document.addEventListener("click", ({ target }) => isOpen() && !target.closest("#rail, #open-rail") && slideRail(false));
    element("rail").addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !isOpen()) return;
      event.stopPropagation();
      slideRail(false);
      button.focus();
    });
    for (const twin of document.querySelectorAll("[data-stands-for]")) {
      twin.addEventListener("click", () => { slideRail(false); element(twin.dataset.standsFor).click(); });
    }
    // Who walks out of them at their end has closed them.
    element("rail").addEventListener("focusout", ({ relatedTarget }) => {
      if (isOpen() && relatedTarget && !relatedTarget.closest("#rail, #open-rail")) slideRail(false);
    });
  }

  function bindReach() {
    for (const link of document.querySelectorAll(".skip")) link.addEventListener("click", skip);
    document.querySelector(".tabs").addEventListener("keydown", onTabKey);
    narrow.addEventListener("change", showTabs);
    showTabs();
    bindRail();
  }

  Object.assign(lab, { chooseTab, showTabs, bindReach });
})(window.descentLab);
