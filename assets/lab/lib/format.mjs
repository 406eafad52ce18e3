/* Numbers as text, and text as numbers. */

/**
 * A number with so many significant digits, without an exponent where a person can do without.
 * @param {number} value
 * @param {number} digits
 */
export function format(value, digits = 5) {
  if (!Number.isFinite(value)) return "overflow";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-5) {
    const [mantissa, exponent] = value.toExponential(2).split("e");
    return `${mantissa.replace("-", "−")} × 10${superscript(Number(exponent))}`;
  }
  const decimals = Math.max(digits - 1 - Math.floor(Math.log10(size)), 0);
  return value.toFixed(Math.min(decimals, 7)).replace("-", "−");
}

/** A number as the panels print it: four digits, unless told. */
export const number = (/** @type {number} */ value, digits = 4) => format(value, digits);

/** @param {number} exponent */
const superscript = (exponent) =>
  String(exponent).replace(/[-\d]/g, (digit) =>
    digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)],
  );

/** Whether two numbers differ by no more than 32-bit arithmetic does.
 * @param {number} one
 * @param {number} other not 0
 */
export const isSame = (one, other) => Math.abs(one / other - 1) < 1e-6;

/**
 * Printed thresholds round down: 0.0888, not 0.0889, where 0.0889 would already be too much. What
 * misses a short number by an error of arithmetic alone is that number: 1.00, not 0.999. The digits
 * are cut from the number's own decimals: 2.3 * 100 is 229.99999999999997.
 * @param {number} value above 0
 * @param {number} digits
 */
export function formatDown(value, digits = 3) {
  const nearest = Number(value.toPrecision(digits));
  if (isSame(value, nearest)) return format(nearest, digits);
  const [mantissa, exponent] = value.toExponential().split("e");
  return format(Number(`${mantissa.slice(0, digits + 1)}e${exponent}`), digits);
}

/**
 * A number that is known in steps over a range alone: with no more digits than the steps hold, and
 * beyond the range with its border.
 * @param {number} value
 * @param {{range: number[], steps: number}} known
 * @param {number} digits
 */
export function formatKnown(value, { range: [low, high], steps }, digits) {
  if (value > high) return `above ${format(rounded(high, Math.floor), 3)}`;
  if (value < low) return `below ${format(rounded(low, Math.ceil), 3)}`;
  const unit = 10 ** Math.ceil(Math.log10((high - low) / steps));
  const shown = Math.round(value / unit) * unit;
  const held = Math.floor(Math.log10(Math.abs(shown / unit)) + 1e-9) + 1;
  return format(shown, Math.min(digits, held));
}

/**
 * With three digits, downwards or upwards.
 * @param {number} value
 * @param {(value: number) => number} way
 */
function rounded(value, way) {
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2);
  return value === 0 ? 0 : way(value / unit) * unit;
}

/**
 * A text of at most so many characters, with an ellipsis in the middle for what is left out.
 * @param {string} text
 * @param {number} most
 */
const shortenedTo = (text, most) => {
  const letters = [...text];
  const end = Math.floor((most - 1) / 2);
  if (letters.length <= most) return text;
  return [...letters.slice(0, most - 1 - end), "…", ...letters.slice(-end)].join("");
};

/**
 * Names as far as there is room, or as far as it takes to tell them apart.
 * @param {string[]} names
 * @param {number} room in characters
 */
export function shortened(names, room) {
  let short = names.map((name) => shortenedTo(name, room));
  for (let more = room + 4; new Set(short).size < new Set(names).size; more += 4)
    short = names.map((name) => shortenedTo(name, more));
  return short;
}

/** Learning rates as they were chosen: 0.05, 1, 0.000125. @param {number} value */
export const plain = (value) => value.toFixed(10).replace(/\.?0+$/, "");

/**
 * A number at a tick: as short as it goes, and very small and large ones as powers of ten.
 * @param {number} value
 */
export function tickText(value) {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-4 && size < 1e5)) return plain(value).replace("-", "−");
  const [mantissa, exponent] = Number(value.toPrecision(6)).toExponential().split("e");
  const power = `10${superscript(Number(exponent))}`;
  if (mantissa === "1" || mantissa === "-1") return mantissa.replace("1", power).replace("-", "−");
  return `${mantissa.replace("-", "−")} × ${power}`;
}

/**
 * The numbers at one axis, all written in one way: where one of them is a power of ten, so are the
 * others beyond 1 and 10.
 * @param {number[]} values
 */
export function tickTexts(values) {
  const texts = values.map(tickText);
  if (!texts.some((text) => /10[⁻⁰-⁹¹²³]/.test(text))) return texts;
  return values.map((value, k) => powerText(value) ?? texts[k]);
}

/** A power of ten from 100 on, or below 1; else null. @param {number} value */
export function powerText(value) {
  const [mantissa, exponent] = Math.abs(value).toExponential().split("e");
  if (mantissa !== "1" || exponent === "+0" || exponent === "+1") return null;
  return `${value < 0 ? "−" : ""}10${superscript(Number(exponent))}`;
}

/** Whether a number is a multiple of 1/parts, as its decimals say: 0.07 is of 1/100.
 * @param {number} value
 * @param {number} parts
 */
export const isMultiple = (value, parts) =>
  Math.abs(value * parts - Math.round(value * parts)) < 1e-9;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

// Marks of one kind between the thousands, the other for the decimals: 1,000 and 2.500,75. There
// are no thousands in 0,125.
const GROUPED = /^([+-]?[1-9]\d{0,2})(([.,])\d{3}(?:\3\d{3})*)(?:(?!\3)[.,](\d+))?$/;

/**
 * What to ask of a number that may have marks between its thousands, as 1,000 may; else nothing.
 * A single point is this page's decimal point, except where only whole numbers count.
 * @param {string} text
 */
export function questionOf(text, isWhole = false) {
  const typed = text.trim();
  const [, first, groups, mark, decimals] = GROUPED.exec(typed) ?? [];
  if (!first) return "";
  const full = `${first}${groups.replaceAll(mark, "")}`;
  if (decimals) return withoutMarks(`${full}.${decimals}`);
  if (groups.length > 4) return withoutMarks(full);
  if (mark === "." && !isWhole) return "";
  const decimal = `${first}.${groups.slice(1).replace(/0{1,2}$/, "")}`;
  return `Does ${typed} mean ${full} or ${decimal}? Write ${full} or ${decimal}.`;
}

/** @param {string} digits */
const withoutMarks = (digits) => `Write ${digits}, without thousands separators.`;

/**
 * What was typed as a number, with a decimal comma too; else as it is, for the server to refuse.
 * @param {string} text
 * @returns {number | string}
 */
export function numberIn(text) {
  const words = text.trim().replace(",", ".");
  return NUMBER.test(words) && Number.isFinite(Number(words)) ? Number(words) : text;
}

/** A text in two lines of about the same length. @param {string} text */
export function inTwoLines(text) {
  const middle = text.length / 2;
  const gaps = Array.from(text.matchAll(/ /g), ({ index }) => index ?? 0);
  const nearest = gaps.reduce(
    (best, gap) => (Math.abs(gap - middle) < Math.abs(best - middle) ? gap : best),
    -1,
  );
  return nearest < 0 ? text : `${text.slice(0, nearest)}\n${text.slice(nearest + 1)}`;
}
