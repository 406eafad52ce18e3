/* The map: learning rate against a second setting, one sweep a row, one request a row. What is done
   is kept for this browser tab, so a reload goes on where it was. */
import { clicked, element, select, setText } from "#lab/lib/dom.mjs";
import { rowValues } from "#lab/model/map-rows.mjs";
import { config } from "#lab/state/config.mjs";
import { emit } from "#lab/state/events.mjs";
import { isUsed, standardOf, withChange } from "#lab/state/fields.mjs";
import { mapping } from "#lab/state/map.mjs";
import { Client } from "#lab/state/requests.mjs";
import { STOPS, invalidate, state } from "#lab/state/store.mjs";

/**
 * @typedef {import("#types").RateMap} RateMap
 * @typedef {import("#types").Settings} Settings
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#lab/panels/chart.mjs").Chart} Chart
 */

const KEY = "descent-lab-map";
/* ---- filling ---- */

function begin() {
  const field = select("map-field").value;
  const { sweep } = state;
  const changed = needed(field, sweep.settings);
  const settings = withChange(sweep.settings, {
    learning_rate: Number(standardOf("learning_rate")),
    ...changed,
    ...(config.starts_anew.some((name) => name === field) ? { start: "" } : {}),
  });
  const values = rowValues(
    config.map_axes[field],
    Number(select("map-rows").value),
    sweep.example_count,
  );
  mapping.map = { settings, field, values, changed, rows: [], running: true };
  askNext(mapping.map);
}

/** What has the second setting, where what is on show has not.
 * @type {Record<string, string>} */
const USUAL = { optimizer: "momentum", dataset: "noisy_parabola" };

// Layers are of hidden units, so a model that has none gets some.
const UNITS = 8;

/**
 * What the second setting takes for granted: momentum an optimizer that has it, noise such data,
 * whose examples a larger batch would not fit, layers some hidden units.
 * @param {string} field
 * @param {Settings} settings
 * @returns {Partial<Settings>}
 */
function needed(field, settings) {
  const { decides } = config.fields[field];
  if (field === "hidden_layers") return settings.hidden_units ? {} : { hidden_units: UNITS };
  if (!decides || isUsed(field, settings)) return {};
  return { [decides]: USUAL[decides], ...(decides === "dataset" ? { batch_size: 0 } : {}) };
}

/** @type {Client<{settings: Settings}>} */
const client = new Client("map-request", { answered: addRow, failed: stop });

/** @param {RateMap} map */
function askNext(map) {
  const row = map.rows.length;
  if (row >= map.values.length) map.running = false;
  keep();
  invalidate();
  if (map.running) client.ask({ settings: settingsOf(map, row) });
}

/** @param {RateMap} map @param {number} row @returns {Settings} */
export const settingsOf = (map, row) => ({ ...map.settings, [map.field]: map.values[row] });

/**
 * A refusal stays so; anything else may work when it is asked for again.
 * @param {import("#types").Answer} answer
 */
function addRow({ payload, error, field }) {
  const { map } = mapping;
  if (!map) return;
  if (error && !field) {
    stop(error);
    return;
  }
  mapping.trouble = "";
  map.rows.push(payload || { error });
  askNext(map);
}

/** An answer that is still on its way then comes too late. */
function stop(sentence = "") {
  client.drop();
  mapping.trouble = sentence;
  if (mapping.map) mapping.map.running = false;
  keep();
  invalidate();
}

/** @param {RateMap} map */
function resume(map) {
  map.running = true;
  askNext(map);
}

/** A browser that keeps nothing loses the map at a reload, and nothing else. */
function keep() {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(mapping.map));
  } catch {
    /* see above */
  }
}

export function recallMap() {
  const map = kept();
  mapping.map = Array.isArray(map?.rows) && Array.isArray(map.values) ? map : null;
  if (mapping.map?.running) askNext(mapping.map);
}

/** What the browser has kept, which may be anything. @returns {RateMap | null} */
function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  } catch {
    return null;
  }
}

/* ---- buttons ---- */

/** The cell under the pointer, or null. @param {Chart} chart @param {MouseEvent} event */
function cellAt(chart, event) {
  const values = chart.valuesAt(event);
  if (!mapping.map || !values) return null;
  const row = Math.round(values.y);
  const run = Math.round(state.sweep.place(values.x));
  return row >= 0 && row < mapping.map.rows.length && run >= 0 && run < STOPS ? { row, run } : null;
}

/** @param {Chart} chart */
export function bindChart(chart) {
  chart.canvas.classList.add("pickable");
  chart.canvas.addEventListener("pointermove", (event) => hover(cellAt(chart, event)));
  chart.canvas.addEventListener("pointerleave", () => hover(null));
  chart.canvas.addEventListener("click", (event) => openCell(cellAt(chart, event)));
}

/** @param {typeof mapping.hovered} cell */
function hover(cell) {
  mapping.hovered = cell;
  invalidate();
}

/** @param {typeof mapping.hovered} cell */
function openCell(cell) {
  const { map } = mapping;
  if (!map || !cell || map.rows[cell.row].error) return;
  const rate = state.sweep.learning_rates[cell.run];
  emit("open", { ...settingsOf(map, cell.row), learning_rate: rate });
}

/** Only classes have an accuracy. @param {RateMap | null} map */
function offerColors(map) {
  const hasClasses = state.sweep.classes || map?.rows.some(({ accuracy }) => accuracy);
  for (const option of select("map-color").options)
    option.disabled = option.value === "accuracy" && !hasClasses;
}

export function showButtons() {
  const { map } = mapping;
  const isWhole = map !== null && map.rows.length === map.values.length;
  const isRunning = map !== null && map.running;
  setText("map-start", isRunning ? "Cancel" : map && !isWhole ? "Resume" : "Start");
  element("map-again").hidden = !map || isRunning || isWhole;
  offerColors(map);
  for (const name of ["map-field", "map-rows"]) select(name).disabled = isRunning;
  element("map-progress").hidden = !map || isWhole;
}

/** The one button starts, cancels and resumes. */
function startOrStop() {
  const { map } = mapping;
  if (map?.running) return stop();
  return map && map.rows.length < map.values.length ? resume(map) : begin();
}

export function bindMap() {
  document.addEventListener("click", (event) => {
    if (clicked(event, "#map-again")) begin();
    else if (clicked(event, "#map-start")) startOrStop();
  });
  document.addEventListener("change", (event) => clicked(event, "#map-color") && invalidate());
}
