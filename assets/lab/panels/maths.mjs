/* Formulas as MathJax, which Dash brings. */
import { slot } from "#lab/lib/dom.mjs";
import { format } from "#lab/lib/format.mjs";
import { drawn } from "#lab/state/drawn.mjs";

// In milliseconds. Typesetting costs, so the newest formulas wait that long.
const TYPESET_EVERY = 150;

/**
 * Puts aligned lines of TeX into a slot, soon.
 * @param {string} name
 * @param {string[]} lines
 */
export function maths(name, lines) {
  const target = slot(name);
  const tex = lines.join(" \\\\ ");
  if (!target || target.dataset.tex === tex) return;
  target.dataset.tex = tex;
  drawn.formulas.set(target, `\\begin{aligned}${tex}\\end{aligned}`);
  drawn.typesetTimer ||= window.setTimeout(typeset, TYPESET_EVERY);
}

function typeset() {
  drawn.typesetTimer = 0;
  if (!window.MathJax?.tex2svg) {
    drawn.typesetTimer = window.setTimeout(typeset, TYPESET_EVERY);
    return;
  }
  for (const [target, tex] of drawn.formulas)
    target.replaceChildren(window.MathJax.tex2svg(tex, { display: true }));
  drawn.formulas.clear();
}

/** A number as TeX. @param {number} value @param {number} [digits] */
export const texNumber = (value, digits = 4) =>
  format(value, digits)
    .replace("−", "-")
    .replace(/ × 10(.+)/, (_, power) => `\\cdot 10^{${plainPower(power)}}`);

/** Superscript digits as plain ones. @param {string} power */
const plainPower = (power) =>
  [...power].map((digit) => (digit === "⁻" ? "-" : "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit))).join("");

/** The same, a negative number in brackets. @param {number} value @param {number} [digits] */
export const inBrackets = (value, digits) =>
  value < 0 ? `(${texNumber(value, digits)})` : texNumber(value, digits);

/**
 * The first terms of a sum with their signs, and dots for the rest.
 * @param {number[]} terms
 */
export function sum(terms, most = 3) {
  const shown = terms.slice(0, most).map((term, k) => (k ? signed(term) : texNumber(term, 3)));
  return shown.join(" ") + (terms.length > most ? " + \\dots" : "");
}

/**
 * The largest of some numbers by their size, as indices: those that are 0 come last.
 * @param {ArrayLike<number>} values
 * @param {number} count
 */
export const largest = (values, count) =>
  Array.from(values, (value, k) => ({ k, size: Math.abs(value) }))
    .sort((one, other) => other.size - one.size)
    .slice(0, count)
    .map(({ k }) => k);

// A parameter's name: w, w3, w2.3.1, w age, w3 age.
const NAME = /^([a-z])([\d.]*) ?(.*)$/s;

/** A parameter's name as TeX; a predictor's part of it is a person's own text.
 * @param {string} name */
export function texSymbol(name) {
  const [, letter, numbers, rest] = NAME.exec(name) ?? ["", "", "", name];
  const predictor = rest && `\\text{${rest.replace(/[\\{}$&#^_%~]/g, " ")}}`;
  const index = [numbers, predictor].filter(Boolean).join("\\,");
  return letter + (index && `_{${index}}`);
}

/** @param {number} value */
const signed = (value) => (value < 0 ? `- ${texNumber(-value, 3)}` : `+ ${texNumber(value, 3)}`);
