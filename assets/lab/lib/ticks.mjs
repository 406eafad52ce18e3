/* Round numbers for an axis. */

/**
 * Decades, with 2 and 5 between them where there are few, and not each where there are many.
 * @param {[number, number]} range
 */
export function logTicks([low, high]) {
  const span = Math.log10(high / low);
  if (span < 0.7) return evenTicks([low, high]);
  const steps = span > 3 ? [1] : span > 1.2 ? [1, 3] : [1, 2, 3, 5, 7];
  const apart = Math.ceil(span / 8 - 1e-9);
  const first = apart * Math.floor(Math.log10(low) / apart);
  const ticks = [];
  for (let decade = first; decade <= Math.ceil(Math.log10(high)); decade += apart) {
    for (const step of steps) ticks.push(Number(`${step}e${decade}`));
  }
  return ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
}

/**
 * About so many round numbers, as Plotly chooses them.
 * @param {[number, number]} range
 * @param {number} [about]
 */
export function evenTicks([low, high], about = 5) {
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5].find((one) => one * power >= rough) ?? 10;
  const step = power * factor;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.max(Math.floor(high / step + 1e-9) - first + 1, 0);
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/**
 * The epochs that a logarithmic scale of epochs names.
 * @param {number} end
 */
export const epochTicks = (end) => [0, 1, 10, 100, 1000].filter((epoch) => epoch <= end);
