/* The second setting of a map: which value each row has. */

/**
 * From low to high, both included: evenly, or by equal factors. Whole numbers are taken once, and
 * evenly they begin with neighbours.
 * @param {import("#types").MapAxis} axis
 * @param {number} rows
 * @param {number} exampleCount where the axis has no end of its own
 * @returns {number[]}
 */
export function rowValues({ low, high, by_factors: byFactors, whole }, rows, exampleCount) {
  const end = high ?? exampleCount;
  const last = whole && !byFactors ? Math.min(end, low + rows - 1) : end;
  const values = Array.from({ length: rows }, (_, k) => {
    const share = rows > 1 ? k / (rows - 1) : 0;
    const value = byFactors ? low * (last / low) ** share : low + (last - low) * share;
    return whole ? Math.round(value) : Number(value.toPrecision(3));
  });
  return [...new Set(values)];
}
