/* On which plane the loss of a network is seen. A plane of two parameters freezes the others at the
   playhead, so it is asked for again when the playhead has come to rest elsewhere. */
(function (lab) {
  "use strict";

  const { state, element } = lab;

  const STRUCTURE = ["dataset", "hidden_units", "hidden_layers"];

  // What the person chose, and whether it was for settings that are still to come, as from a link;
  // the epoch comes with each request.
  let [choice, isAhead] = [{ kind: "anchored", first: 0, second: 1 }, false];

  /** The plane for a request of these settings, or null for the usual one. Another network has other
      parameters: there the first two are shown. */
  function planeWish(settings = lab.settingsNow()) {
    if (choice.kind === "anchored") return null;
    if (choice.kind !== "parameters") return { kind: choice.kind };
    const isOther = STRUCTURE.some((name) => settings[name] !== state.sweep.settings[name]);
    if (isOther && !isAhead) Object.assign(choice, { first: 0, second: 1 });
    const run = state.sweep.runOf(settings.learning_rate);
    return { ...choice, epoch: epochFor(settings), run: run < 0 ? state.run : run };
  }

  /** Where the playhead stands, or will in a shorter training; not which frame happens to show it. */
  const epochFor = ({ epochs }) => Math.min(Math.round(state.wanted), Number(epochs) || 0);

  function planeForServer(plane) {
    if (!plane) return null;
    const { run, ...words } = plane;
    return words;
  }

  const nameOf = (plane) => (plane ? [plane.kind, plane.first, plane.second].join() : "anchored,,");

  /** Whether another plane is chosen than the one that a sweep is shown on. */
  function planeDiffers(sweep) {
    return !sweep.plane.is_exact && nameOf(planeWish()) !== nameOf(sweep.planeChoice);
  }

  /** Has the playhead, or the run, left the point at which a plane of two parameters is frozen? */
  function planeIsStale(sweep) {
    const { planeChoice: shown } = sweep;
    if (lab.wasRefused(planeWish())) return false;
    return shown?.kind === "parameters" && !sweep.plane.is_exact && (shown.epoch !== epochFor(sweep.settings) || shown.run !== state.run);
  }

  function choosePlane(next, forSettingsToCome = false) {
    [choice, isAhead] = [{ kind: "anchored", first: 0, second: 1, ...next }, forSettingsToCome];
  }

  /** The menus follow the sweep on show. */
  const hasMenus = (sweep) => !sweep.plane.is_exact && choice.kind === "parameters";

  /** A line is seen whole, and offers no plane. */
  function makeRoomForPlane(sweep) {
    element("plane").hidden = sweep.plane.is_exact;
    for (const place of ["first", "second"]) element(`plane-${place}`).hidden = !hasMenus(sweep);
  }

  function showPlane(sweep) {
    makeRoomForPlane(sweep);
    element("plane").value = choice.kind;
    isAhead = false;
    for (const place of ["first", "second"]) {
      if (!hasMenus(sweep)) continue;
      const menu = element(`plane-${place}`);
      const key = sweep.parameter_names.join();
      if (menu.dataset.key !== key) {
        menu.dataset.key = key;
        menu.replaceChildren(...sweep.parameter_names.map((name, k) => new Option(name, k)));
      }
      menu.value = choice[place];
    }
  }

  function bindPlanes() {
    element("plane").setAttribute("aria-label", "plane");
    element("plane").addEventListener("change", (event) => {
      choosePlane({ ...choice, kind: event.target.value });
      lab.request({});
    });
    for (const place of ["first", "second"]) {
      const menu = element(`plane-${place}`);
      menu.setAttribute("aria-label", `${place} parameter of the plane`);
      menu.addEventListener("change", () => {
        const other = place === "first" ? "second" : "first";
        const [now, before] = [Number(menu.value), choice[place]];
        choosePlane({ ...choice, [place]: now, ...(choice[other] === now ? { [other]: before } : {}) });
        lab.request({});
      });
    }
  }

  Object.assign(lab, { planeWish, planeForServer, planeDiffers, planeIsStale, choosePlane, makeRoomForPlane, showPlane, bindPlanes });
})(window.descentLab);
