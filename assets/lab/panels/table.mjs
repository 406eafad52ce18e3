/* A table whose cells change in place. */
import { make } from "#lab/lib/dom.mjs";

/** @typedef {string | number} Cell */

/**
 * A table whose cells change in place: a row's text is written only where it differs.
 * @param {HTMLElement} target
 * @param {string[]} head
 * @param {Cell[][]} rows
 */
export function table(target, head, rows) {
  const key = `${head.join()}/${rows.length}`;
  if (target.dataset.key === key) fill(target, rows);
  else {
    target.dataset.key = key;
    target.replaceChildren(
      make("table", {}, [
        make("thead", {}, [tableLine("th", head)]),
        make(
          "tbody",
          {},
          rows.map((cells) => tableLine("td", cells)),
        ),
      ]),
    );
  }
}

/**
 * A row of a table.
 * @param {"th" | "td"} tag
 * @param {Cell[]} cells
 */
export const tableLine = (tag, cells) =>
  make(
    "tr",
    {},
    cells.map((cell) => make(tag, { textContent: cell })),
  );

/** @param {HTMLElement} target @param {Cell[][]} rows */
function fill(target, rows) {
  target.querySelectorAll("tbody tr").forEach((line, k) => {
    rows[k].forEach((text, column) => {
      const cell = line.children[column];
      if (cell.textContent !== String(text)) cell.textContent = String(text);
    });
  });
}
