/* The question on top of the page: how many examples, which model. */

const WORDS = "no one two three four five six seven eight nine ten eleven twelve".split(" ");

/** @param {number} count */
const counted = (count) => WORDS[count] ?? String(count);

/** @param {string} text */
const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** @param {import("#lab/model/sweep.mjs").Sweep} sweep */
export function headline({ settings, predictors, targets }) {
  const points = predictors > 1 ? "examples" : "points";
  return `${capital(counted(targets.length))} ${points}, ${modelWords(settings, predictors)}. Choose a learning rate and let it walk downhill.`;
}

/**
 * @param {import("#types").Settings} settings
 * @param {number} predictors
 */
function modelWords({ hidden_units: units, hidden_layers: layers }, predictors) {
  if (!units) return predictors > 1 ? `one weight for each of ${predictors} columns` : "one line";
  const each = `${units} hidden ${units === 1 ? "unit" : "units"}`;
  return layers > 1 ? `${counted(layers)} layers of ${each}` : `a network of ${each}`;
}
