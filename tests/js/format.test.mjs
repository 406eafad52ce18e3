import assert from "node:assert/strict";
import test from "node:test";
import { fixtures } from "./setup.mjs";
import {
  format,
  formatDown,
  formatKnown,
  isMultiple,
  numberIn,
  plain,
  questionOf,
  shortened,
  tickText,
  tickTexts,
} from "#lab/lib/format.mjs";
import { epochTicks, evenTicks, logTicks } from "#lab/lib/ticks.mjs";

test("numbers have so many digits, and an exponent only where they must", () => {
  const cases = /** @type {[number, number, string][]} */ ([
    [0.0888542755816101, 5, "0.088854"],
    [1234.5, 3, "1235"],
    [-0.5, 4, "−0.5000"],
    [0, 5, "0"],
    [1.5e7, 5, "1.50 × 10⁷"],
    [2e-7, 5, "2.00 × 10⁻⁷"],
    [NaN, 5, "overflow"],
    [Infinity, 5, "overflow"],
  ]);
  for (const [value, digits, text] of cases) assert.equal(format(value, digits), text);
});

test("a tick is as short as it goes, and far ones are powers of ten", () => {
  const cases = /** @type {[number, string][]} */ ([
    [0, "0"],
    [0.0001, "0.0001"],
    [-2.5, "−2.5"],
    [20000, "20000"],
    [1e5, "10⁵"],
    [-1e5, "−10⁵"],
    [2e37, "2 × 10³⁷"],
    [-2e37, "−2 × 10³⁷"],
    [1e-5, "10⁻⁵"],
    [2.5e-6, "2.5 × 10⁻⁶"],
    // Neighbours of an axis far from 0 stay different.
    [123450, "1.2345 × 10⁵"],
    [123460, "1.2346 × 10⁵"],
  ]);
  for (const [value, text] of cases) assert.equal(tickText(value), text);
});

test("the numbers of one axis are written in one way", () => {
  for (const texts of [
    ["0.001", "1", "1000"],
    ["0", "20000", "40000"],
    ["1", "10", "10²", "10⁴", "10⁵"],
    ["10⁻⁵", "10⁻³", "0", "1"],
    ["−10⁶", "−10³", "0", "10³", "10⁶"],
  ])
    assert.deepEqual(tickTexts(texts.map(valueOf)), texts);
});

const SMALL = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** What such a text says. @param {string} text */
const valueOf = (text) =>
  Number(
    text
      .replace("−", "-")
      .replace(/10([⁻⁰-⁹¹²³]+)/, (_, power) => `1e${power.replace("⁻", "-")}`)
      .replace(/[⁰-⁹¹²³]/g, (digit) => String(SMALL.indexOf(digit))),
  );

test("limits are rounded down as their decimals say", () => {
  for (const { value, down } of fixtures.rounded_down)
    assert.equal(formatDown(value), format(down, 3), String(value));
  for (const value of [2.3, 1.15, 8.2]) assert.equal(formatDown(value), format(value, 3));
});

test("a number known in steps has no more digits than they hold, and is not cut in silence", () => {
  // Steps of 0.0003: a hundredth and a thousandth are known, the next digit is not.
  const known = { range: [-5.268, 5.268 + 4.0], steps: 65532 };
  const cases = /** @type {[number, string][]} */ ([
    [1.23456, "1.235"],
    [0.01234, "0.012"],
    [0.0004, "0"],
    [-2.0004, "−2.000"],
    [9.3, "above 9.26"],
    [Infinity, "above 9.26"],
    [-Infinity, "below −5.26"],
    [NaN, "overflow"],
  ]);
  for (const [value, text] of cases) assert.equal(formatKnown(value, known, 5), text);
  assert.equal(formatKnown(0.123456, known, 2), "0.12");
});

test("a limit that misses a short number by 32-bit arithmetic alone is that number", () => {
  // Twice the unit matrix has sharpness 2; the next 32-bit numbers are 1.2e-7 of it away.
  for (const sharpness of [2 - 1.2e-7, 2, 2 + 2.4e-7])
    assert.equal(formatDown(2 / sharpness), "1.00");
  assert.equal(formatDown(2 / 2.0001), "0.999");
});

test("multiples of a hundredth are known by their decimals", () => {
  for (let k = 0; k < 100; k++) assert.ok(isMultiple(Number((k / 100).toFixed(2)), 100));
  for (const value of [0.075, 0.001, 0.9999]) assert.ok(!isMultiple(value, 100));
});

test("learning rates are written as they were chosen", () => {
  for (const rate of fixtures.config.stops) assert.equal(Number(plain(rate)), rate);
  assert.deepEqual([0.000125, 1, 10].map(plain), ["0.000125", "1", "10"]);
});

test("what is typed is a number, or is left as it is", () => {
  const cases = [
    ["0,05", 0.05],
    [" 1e-3 ", 0.001],
    [".5", 0.5],
    ["0x10", "0x10"],
    ["1_0", "1_0"],
    ["", ""],
    ["1e999", "1e999"],
  ];
  for (const [text, value] of cases) assert.equal(numberIn(String(text)), value);
});

test("marks between thousands are a question", () => {
  const both = (/** @type {string} */ text, /** @type {string[]} */ ...numbers) =>
    `Does ${text} mean ${numbers.join(" or ")}? Write ${numbers.join(" or ")}.`;
  assert.equal(questionOf("1,000"), both("1,000", "1000", "1.0"));
  assert.equal(questionOf(" 2,500"), both("2,500", "2500", "2.5"));
  assert.equal(questionOf("-12,345"), both("-12,345", "-12345", "-12.345"));
  for (const [text, full] of [
    ["1.000.000", "1000000"],
    ["1,000,000", "1000000"],
    ["1,234.5", "1234.5"],
    ["1.234,5", "1234.5"],
    ["1,234.500", "1234.500"],
    ["1.234.567,25", "1234567.25"],
  ])
    assert.equal(questionOf(text), `Write ${full}, without thousands separators.`);
  // A point is a decimal point, but of a whole number it is none.
  assert.equal(questionOf("1.000"), "");
  assert.equal(questionOf("1.000", true), both("1.000", "1000", "1.0"));
});

test("decimals are no question", () => {
  for (const text of [
    "0,05",
    "2,5",
    "0,125",
    "0.001",
    "1,0000",
    "1,00",
    "1e3",
    "1000",
    "",
    "x",
    "1.234,567.8",
  ])
    assert.equal(questionOf(text), "", text);
  assert.deepEqual(["0,05", "2,5", "0,125"].map(numberIn), [0.05, 2.5, 0.125]);
});

test("names are shortened in the middle, and stay different", () => {
  assert.deepEqual(shortened(["dose", "-log10(p)"], 16), ["dose", "-log10(p)"]);
  const hands = [1, 2].map((hand) => `Latest: Z-axis acceleration of hand ${hand} (m/s²)`);
  assert.deepEqual(shortened(hands, 16), ["Latest: Z-… 1 (m/s²)", "Latest: Z-… 2 (m/s²)"]);
  const [one, other] = shortened(
    [1, 2].map((k) => "a".repeat(30) + k + "b".repeat(30)),
    16,
  );
  assert.notEqual(one, other);
  assert.equal(shortened(["𝛼".repeat(30)], 7)[0], "𝛼𝛼𝛼…𝛼𝛼𝛼");
  assert.deepEqual(shortened(["x".repeat(30)], Infinity), ["x".repeat(30)]);
});

test("ticks lie within their range, evenly or by decades", () => {
  for (const range of /** @type {[number, number][]} */ ([
    [0, 1],
    [-3, 7],
    [0.001, 0.0042],
  ])) {
    const ticks = evenTicks(range);
    assert.ok(ticks.length >= 3 && ticks.length <= 11);
    assert.ok(ticks.every((tick) => tick >= range[0] - 1e-12 && tick <= range[1] + 1e-12));
    const gaps = ticks.slice(1).map((tick, k) => tick - ticks[k]);
    assert.ok(Math.max(...gaps) - Math.min(...gaps) < 1e-9);
  }
  assert.deepEqual(logTicks([1e-4, 1]), [1e-4, 1e-3, 1e-2, 1e-1, 1]);
  assert.deepEqual(epochTicks(500), [0, 1, 10, 100]);
});
