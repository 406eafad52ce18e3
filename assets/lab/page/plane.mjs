/* On which plane the loss of a network is seen. A plane of two parameters freezes the others at the
   playhead, so it is asked for again when the playhead has come to rest elsewhere. */
import { element, select } from "#lab/lib/dom.mjs";
import { backend } from "#lab/state/backend.mjs";
import { emit } from "#lab/state/events.mjs";
import { planeState } from "#lab/state/plane.mjs";
import { settingsNow, state } from "#lab/state/store.mjs";

/**
 * @typedef {import("#types").PlaneChoice} PlaneChoice
 * @typedef {import("#types").Settings} Settings
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 */

/** What another network differs in.
 * @type {(keyof Settings)[]} */
const STRUCTURE = ["dataset", "hidden_units", "hidden_layers"];

/** @type {("first" | "second")[]} */
const PLACES = ["first", "second"];

/** @param {PlaneChoice | null} plane */
export function refusePlane(plane) {
  planeState.refused = plane;
}

/** The plane for a request of these settings, or null for the usual one. Another network has other
    parameters: there the server takes the two that move most.
 * @param {Settings} settings
 * @returns {PlaneChoice | null} */
export function planeWish(settings = settingsNow()) {
  if (planeState.choice.kind === "anchored") return null;
  if (planeState.choice.kind !== "parameters") return { kind: planeState.choice.kind };
  const isOther = STRUCTURE.some((name) => settings[name] !== state.sweep.settings[name]);
  if (isOther && !planeState.isAhead) planeState.choice = { kind: "parameters" };
  const run = state.sweep.runOf(settings.learning_rate);
  return { ...planeState.choice, epoch: epochFor(settings), run: run < 0 ? state.run : run };
}

/** Where the playhead stands, or will in a shorter training; not which frame happens to show it.
 * @param {Settings} settings */
const epochFor = ({ epochs }) => Math.min(Math.round(state.wanted), Number(epochs) || 0);

/** @param {PlaneChoice | null} plane */
export function planeForServer(plane) {
  if (!plane) return null;
  const { run, ...words } = plane;
  return words;
}

/** @param {PlaneChoice | null} plane */
const nameOf = (plane) => (plane ? [plane.kind, plane.first, plane.second].join() : "anchored,,");

/** Whether another plane is chosen than the one that a sweep is shown on. @param {Sweep} sweep */
export function planeDiffers(sweep) {
  return !sweep.plane.is_exact && nameOf(planeWish()) !== nameOf(sweep.planeChoice);
}

/** Has the playhead, or the run, left the point at which a plane of two parameters is frozen?
 * @param {Sweep} sweep */
export function planeIsStale(sweep) {
  const { planeChoice: shown } = sweep;
  if (!backend.canTrain || JSON.stringify(planeWish()) === JSON.stringify(planeState.refused))
    return false;
  return (
    shown?.kind === "parameters" &&
    !sweep.plane.is_exact &&
    (shown.epoch !== epochFor(sweep.settings) || shown.run !== state.run)
  );
}

/** @param {PlaneChoice} next */
export function choosePlane(next, forSettingsToCome = false) {
  [planeState.choice, planeState.isAhead] = [next, forSettingsToCome];
}

/** The menus follow the sweep on show. @param {Sweep} sweep */
const hasMenus = (sweep) => !sweep.plane.is_exact && planeState.choice.kind === "parameters";

/** A line is seen whole, and offers no plane. @param {Sweep} sweep */
export function makeRoomForPlane(sweep) {
  element("plane").hidden = sweep.plane.is_exact;
  for (const place of PLACES) element(`plane-${place}`).hidden = !hasMenus(sweep);
}

/** Where a start was set by hand, its plane is the usual one.
 * @param {HTMLSelectElement} kinds
 * @param {string} start */
function nameUsual(kinds, start) {
  const usual = [...kinds.options].find(({ value }) => value === "anchored");
  if (!usual) return;
  kinds.dataset.usual ??= usual.textContent ?? "";
  usual.textContent = start ? "plane of your start" : kinds.dataset.usual;
}

/** @param {Sweep} sweep */
export function showPlane(sweep) {
  makeRoomForPlane(sweep);
  const kinds = select("plane");
  nameUsual(kinds, sweep.settings.start);
  kinds.value = planeState.choice.kind;
  planeState.isAhead = false;
  if (!hasMenus(sweep)) return;
  for (const place of PLACES) {
    planeState.choice[place] ??= sweep.planeChoice?.[place];
    const menu = select(`plane-${place}`);
    const key = sweep.parameter_names.join();
    if (menu.dataset.key !== key) {
      menu.dataset.key = key;
      menu.replaceChildren(...sweep.parameter_names.map((name, k) => new Option(name, String(k))));
    }
    menu.value = String(planeState.choice[place]);
  }
}

export function bindPlanes() {
  const kinds = select("plane");
  kinds.setAttribute("aria-label", "plane");
  kinds.addEventListener("change", () => {
    choosePlane({ kind: kinds.value });
    emit("choose", {});
  });
  for (const place of PLACES) {
    const menu = select(`plane-${place}`);
    menu.setAttribute("aria-label", `${place} parameter of the plane`);
    menu.addEventListener("change", () => {
      const other = place === "first" ? "second" : "first";
      const [now, before] = [Number(menu.value), planeState.choice[place]];
      choosePlane({
        ...planeState.choice,
        [place]: now,
        ...(planeState.choice[other] === now ? { [other]: before } : {}),
      });
      emit("choose", {});
    });
  }
}
