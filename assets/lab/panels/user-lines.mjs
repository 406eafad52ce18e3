/* How a table was read: its first lines, and what can be set by hand. The server reads it anew. */
import { make } from "#lab/lib/dom.mjs";
import { reread, toText } from "#lab/panels/user-reading.mjs";
import { config } from "#lab/state/config.mjs";

/**
 * @typedef {import("#lab/state/user-table.mjs").ReadTable} ReadTable
 * @typedef {import("#types").Reading} Reading
 * @typedef {[value: string, label: string][]} Options
 */

const FIRST_LINES = [1, 2, 3, 4, 5, 6];
const LONGEST_LINE = 120;

/**
 * The first lines with their numbers: the header marked, what stands above it pale.
 * @param {ReadTable} table
 */
export function firstLines({ columns, head, header, body }) {
  const rows = head.map(([line, cells]) =>
    lineOf([line, cells], header.includes(line), line < body, columns.length),
  );
  // What the columns are called where the file does not name them.
  const names = header.length ? [] : [row(make("td"), "th", columns)];
  return scrolled([make("thead", {}, names), make("tbody", {}, rows)]);
}

/** @param {HTMLElement[]} parts of a table */
function scrolled(parts) {
  const scroller = make("div", { className: "own-head", tabIndex: 0 }, [make("table", {}, parts)]);
  scroller.setAttribute("role", "region");
  scroller.setAttribute("aria-label", "first lines");
  return scroller;
}

/**
 * The first lines of a text that could not be read, as they are, and how to read it otherwise.
 * @param {import("#lab/state/user-table.mjs").TableFile} file
 */
export function refusedFile({ content, reading }) {
  // Four signs of base64 are three bytes.
  const lines = toText(content.slice(0, 8000)).split(/\r\n?|\n/, FIRST_LINES.length);
  if (/[\0\uFFFD]/.test(lines.slice(0, -1).join(""))) return [];
  const rows = lines.map((text, at) =>
    row(make("td", { className: "own-line", textContent: at + 1 }), "td", [
      text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text,
    ]),
  );
  rows.forEach((made) => made.classList.add("own-raw"));
  return [scrolled([make("tbody", {}, rows)]), readingMenus(null, reading)];
}

/**
 * @param {[number, string[]]} row its line and cells
 * @param {boolean} isHeader
 * @param {boolean} isAbove
 * @param {number} width the number of columns
 */
function lineOf([line, cells], isHeader, isAbove, width) {
  const number = make("td", {
    className: "own-line",
    textContent: isHeader ? `names ${line}` : line,
  });
  const made = row(number, isHeader ? "th" : "td", cells);
  // A title may be longer than a column is wide.
  made.cells[made.cells.length - 1].colSpan = width - cells.length + 1;
  made.className = isHeader ? "own-names" : isAbove ? "own-above" : "";
  return made;
}

/**
 * @param {HTMLElement} first
 * @param {"th" | "td"} tag
 * @param {string[]} cells
 */
const row = (first, tag, cells) =>
  make("tr", {}, [first, ...cells.map((cell) => make(tag, { textContent: cell }))]);

/**
 * Separator, decimal sign and header: what was found, to be changed.
 * @param {ReadTable | null} table null where the file could not be read
 * @param {Reading} reading
 */
export function readingMenus(table, reading) {
  const lines = table ? [...table.header, ...table.head.map(([line]) => line)] : FIRST_LINES;
  /** @type {Options} */
  const header = [
    ["0", "none"],
    ...Array.from(new Set(lines), (line) => pair(line, `line ${line}`)),
  ];
  return make("div", { className: "own-reading" }, [
    menu(
      "separator",
      "Separator",
      config.upload.separators.map((name) => pair(name, name)),
      table?.separator ?? reading.separator,
    ),
    menu(
      "decimal",
      "Decimal sign",
      [
        ["point", "point"],
        ["comma", "comma"],
      ],
      table?.decimal ?? reading.decimal,
    ),
    menu("header", "Names in", header, table ? (table.header[0] ?? 0) : reading.header),
  ]);
}

/** @param {string | number} value @param {string} label @returns {[string, string]} */
const pair = (value, label) => [String(value), label];

/**
 * @param {"separator" | "decimal" | "header"} field
 * @param {string} label
 * @param {Options} options
 * @param {string | number | undefined} chosen
 */
function menu(field, label, options, chosen) {
  const known = chosen === undefined ? [pair("", "as found"), ...options] : options;
  const select = make(
    "select",
    { id: `own-${field}`, className: "form-select" },
    known.map(([value, textContent]) => make("option", { value, textContent })),
  );
  select.value = String(chosen ?? "");
  select.addEventListener("change", () => reread(changeOf(field, select.value)));
  return make("div", {}, [make("label", { htmlFor: select.id, textContent: label }), select]);
}

/**
 * What was answered about single columns is about these names and signs: a change asks anew.
 * @param {"separator" | "decimal" | "header"} field
 * @param {string} value
 * @returns {Reading}
 */
function changeOf(field, value) {
  if (field === "header") return { header: value ? Number(value) : undefined, decimals: {} };
  return { [field]: value || undefined, decimals: {} };
}

/**
 * Numbers that can be read in two ways, and numbers that probably mean a missing value.
 * @param {ReadTable} table
 */
export function openQuestions({ questions, sentinels, file: { reading } }) {
  const { decimals = {}, missing = [] } = reading;
  const asked = questions.map(({ column, cell, decimal, ...numbers }, at) =>
    question(`In ${column}, “${cell}” is`, [
      .../** @type {const} */ (["point", "comma"]).map((mark) =>
        choice(`own-${mark}-${at}`, numbers[mark], mark === decimal, () =>
          reread({ decimals: { ...decimals, [column]: mark } }),
        ),
      ),
    ]),
  );
  const told = sentinels.map(({ value, columns, count, is_left_out: isOut }, at) => {
    const others = missing.filter((one) => one !== value);
    return question(
      `${number(value)} in ${columns.join(", ")} (${count} cells) is far from all other numbers and probably means “missing”.`,
      [
        choice(`own-missing-${at}`, `Leave ${number(value)} out`, isOut, () =>
          reread({ missing: isOut ? others : [...others, value] }),
        ),
      ],
    );
  });
  return [...asked, ...told];
}

/** @param {number} value */
const number = (value) => String(value).replace("-", "−");

/**
 * @param {string} words
 * @param {HTMLElement[]} choices
 */
const question = (words, choices) =>
  make("p", { className: "own-question" }, [make("span", { textContent: words }), ...choices]);

/**
 * @param {string} id
 * @param {string} textContent
 * @param {boolean} isChosen
 * @param {() => void} choose
 */
function choice(id, textContent, isChosen, choose) {
  const made = make("button", { id, className: "quiet", textContent });
  made.setAttribute("aria-pressed", String(isChosen));
  made.addEventListener("click", choose);
  return made;
}
