/* What each of a few learning rates would do in the next step. */
import { all, make, slot } from "#lab/lib/dom.mjs";
import { number, plain } from "#lab/lib/format.mjs";
import { moved, trainLoss } from "#lab/model/network.mjs";
import { verdictName } from "#lab/model/verdicts.mjs";
import { tableLine } from "#lab/panels/table.mjs";
import { isHidden } from "#lab/state/curtain.mjs";
import { chosen, invalidate } from "#lab/state/store.mjs";
import { isCurtained } from "#lab/views/rate-arrows.mjs";

/**
 * @typedef {import("#lab/model/sweep.mjs").Sweep} Sweep
 * @typedef {import("#types").Snapshot} Snapshot
 * @typedef {import("#types").Numbers} Numbers
 */

/**
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @param {Numbers} params
 */
export function rateTable(sweep, moment, params) {
  const target = slot("rates");
  if (!target.firstChild) layRates(target);
  const line = sweep.plane.is_exact ? ["weight", "bias"] : [];
  const step = [...line, "train loss", "goes"];
  target
    .querySelector("thead")
    ?.replaceChildren(
      groupsOf(step.length),
      tableLine("th", ["learning rate", ...step, "outcome"]),
    );
  all("tbody tr", target).forEach((row, k) => {
    const texts = rateTexts(sweep, moment, params, chosen.rates[k]);
    while (row.children.length > 1) row.lastChild?.remove();
    row.append(...texts.map((text) => make("td", { textContent: text })));
  });
}

/**
 * What the columns are about: the first is the rate, the last the whole run.
 * @param {number} count of the columns about one step
 */
const groupsOf = (count) =>
  make("tr", {}, [
    make("td"),
    make("th", { textContent: "one step from here", colSpan: count, scope: "colgroup" }),
    make("th", { textContent: "whole run", scope: "colgroup" }),
  ]);

/**
 * The cells of a learning rate, without the rate itself.
 * @param {Sweep} sweep
 * @param {Snapshot} moment
 * @param {Numbers} params
 * @param {number} rate
 */
function rateTexts(sweep, { track, index, loss: before }, params, rate) {
  // The panel waits until the run has a direction.
  const direction = /** @type {Float32Array} */ (track.directionAt(index));
  const after = moved(params, direction, rate * track.factorAt(index));
  const loss = trainLoss(sweep, after);
  const step = [
    ...(sweep.plane.is_exact ? Array.from(after, (param) => number(param, 5)) : []),
    number(loss, 5),
    loss > before ? "up" : loss < before ? "down" : "stays",
  ];
  return [...(isCurtained() ? step.map(() => "?") : step), outcomeOf(sweep, rate)];
}

/** @param {Sweep} sweep @param {number} rate */
function outcomeOf(sweep, rate) {
  const run = sweep.runOf(rate);
  if (isHidden("verdict", run)) return "?";
  return run < 0 ? "–" : verdictName(sweep.verdicts[run]);
}

/** @param {HTMLElement} target */
function layRates(target) {
  const rows = chosen.rates.map((rate, k) =>
    make("tr", {}, [make("td", {}, [rateInput(rate, k)])]),
  );
  target.replaceChildren(
    make("table", { className: "rates" }, [make("thead"), make("tbody", {}, rows)]),
  );
}

/**
 * The field in which the k-th rate is typed.
 * @param {number} rate
 * @param {number} k
 */
function rateInput(rate, k) {
  const field = make("input", {
    className: "form-control",
    type: "number",
    step: "any",
    min: "0.000001",
    max: "10",
    value: plain(rate),
  });
  field.setAttribute("aria-label", `learning rate ${k + 1}`);
  field.addEventListener("input", () => {
    const typed = Number(field.value);
    const isGood = typed >= 1e-6 && typed <= 10;
    field.classList.toggle("is-invalid", !isGood);
    if (!isGood) return;
    chosen.rates[k] = typed;
    invalidate();
  });
  return field;
}
