/* The data of each view and chart as a table, made when it is asked for and kept up to date while
   it is open and the page rests. */
import { clicked, element, make, setText } from "#lab/lib/dom.mjs";
import { snapshotOf } from "#lab/model/track.mjs";
import { chartTable, rateTable } from "#lab/page/chart-tables.mjs";
import { wordsFor } from "#lab/page/descriptions.mjs";
import { pause } from "#lab/page/playback.mjs";
import { NOW, count } from "#lab/views/table-rows.mjs";
import { VIEWS, isView } from "#lab/page/views.mjs";
import { layout } from "#lab/state/layout.mjs";
import { state } from "#lab/state/store.mjs";

/** @typedef {import("#lab/views/table-rows.mjs").TableData} TableData */

const card = () => /** @type {HTMLDialogElement} */ (element("table"));

/** The data of a view or a panel. @param {string} name */
const tableOf = (name) =>
  name === "rate-curve"
    ? rateTable()
    : isView(name)
      ? VIEWS[name].table(state.sweep, snapshotOf(state.track, state.wanted))
      : chartTable(/** @type {keyof import("#types").ChartContents} */ (name));

/**
 * Cells change in place, so that a person who reads one is not thrown out of the table.
 * @param {HTMLElement} target
 * @param {TableData} data
 */
function fill(target, { head, rows }) {
  const shape = `${layout.table}/${head.length}/${rows.length}`;
  if (target.dataset.shape !== shape) {
    target.dataset.shape = shape;
    target.replaceChildren(emptyTable(head.length, rows.length));
  }
  const lines = [head, ...rows];
  target.querySelectorAll("tr").forEach((row, k) => {
    row.classList.toggle("now", Boolean(lines[k][0]?.endsWith(NOW)));
    lines[k].forEach((text, column) => {
      const cell = row.children[column];
      if (cell.textContent !== text) cell.textContent = text;
    });
  });
}

/**
 * @param {number} columns
 * @param {number} rows
 */
function emptyTable(columns, rows) {
  const heads = count(columns).map(() => make("th", { scope: "col" }));
  const line = () =>
    make(
      "tr",
      {},
      count(columns).map((k) => (k ? make("td") : make("th", { scope: "row" }))),
    );
  const caption = make("caption", {
    className: "visually-hidden",
    textContent: element("table-title").textContent,
  });
  return make("table", { hidden: !columns }, [
    caption,
    make("thead", {}, [make("tr", {}, heads)]),
    make("tbody", {}, count(rows).map(line)),
  ]);
}

export function followTable() {
  if (!card().open) return;
  const made = tableOf(layout.table);
  fill(element("table-rows"), made);
  setText("table-words", wordsFor(layout.table));
  setText("table-note", made.note);
}

/** @param {string} name */
function openTable(name) {
  layout.table = name;
  pause();
  setText("table-title", element(`${name}-title`).textContent ?? "");
  card().showModal();
  followTable();
  element("table-rows").scrollTop = 0;
}

export function bindTables() {
  document.addEventListener("click", (event) => {
    const name = clicked(event, "[data-table]")?.dataset.table;
    if (name) openTable(name);
    if (clicked(event, "#close-table")) card().close();
  });
}
