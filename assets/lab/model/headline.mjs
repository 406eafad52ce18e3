/* The question on top of the page: how many examples, which model. */

const WORDS = "no one two three four five six seven eight nine ten eleven twelve".split(" ");

/** @param {number} count */
const counted = (count) => WORDS[count] ?? String(count);

/** @param {string} text */
const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** @param {import("#lab/model/sweep.mjs").Sweep} sweep */
export function headline(sweep) {
  const { classes, predictors, products, targets } = sweep;
  const known = predictors - products.length;
  const points = known > (classes ? 2 : 1) ? "examples" : "points";
  const all = `${capital(counted(targets.length))} ${points}${classes ? ", two classes" : ""}`;
  // More of it would not fit in a line.
  const task = classes ? "press Play" : "let it walk downhill";
  return `${all}, ${modelWords(sweep)}. Choose a learning rate and ${task}.`;
}

/** @param {import("#lab/model/sweep.mjs").Sweep} sweep */
function modelWords({ settings, predictors, products, classes }) {
  const { hidden_units: units, hidden_layers: layers } = settings;
  if (!units && classes && predictors - products.length <= 2)
    return products.length ? "one curved boundary" : "one straight boundary";
  if (!units) return predictors > 1 ? `one weight for each of ${predictors} columns` : "one line";
  const each = `${units} hidden ${units === 1 ? "unit" : "units"}`;
  return layers > 1 ? `${counted(layers)} layers of ${each}` : `a network of ${each}`;
}
