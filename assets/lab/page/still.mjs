/* What a saved page shows where scripts do not run: pictures of the views as they are now, and all
   runs in a table. Elements and their outerHTML: so every name in it is escaped. */
import { element, make } from "#lab/lib/dom.mjs";
import { plain } from "#lab/lib/format.mjs";
import { verdictName } from "#lab/model/verdicts.mjs";
import { wordsFor } from "#lab/page/descriptions.mjs";
import { chosenInWords } from "#lab/page/fields.mjs";
import { pictureOf } from "#lab/page/pictures.mjs";
import { say } from "#lab/views/table-rows.mjs";
import { CARD_ORDER, overlays, state } from "#lab/state/store.mjs";

// Its pixels across, and its type: as PNG the five are five times as large.
const WIDTH = 640;
const TYPE = "image/webp";

/** As HTML. @returns {Promise<string>} */
export async function still() {
  const drawn = CARD_ORDER.filter((name) => overlays[name].ready);
  // A picture that fails is left out: the page is worth more.
  const made = await Promise.allSettled(drawn.map(figureOf));
  const figures = made.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
  const parts = [
    make("p", { textContent: chosenInWords() }),
    make("div", { className: "still-views" }, figures),
    runsTable(),
  ];
  return parts.map((part) => part.outerHTML).join("");
}

/** @param {import("#types").View} name */
async function figureOf(name) {
  const overlay = overlays[name];
  const src = await pictureOf(overlay, WIDTH / overlay.host.clientWidth, TYPE);
  const title = element(`${name}-title`).textContent ?? "";
  return make("figure", {}, [
    make("figcaption", {}, [make("b", { textContent: title }), ` ${wordsFor(name)}`]),
    make("img", { src, alt: `${title}, a picture` }),
  ]);
}

/** Every run of the sweep, from the smallest learning rate to the largest. */
function runsTable() {
  const { learning_rates: rates, last_loss: losses, verdicts, end } = state.sweep;
  const hasClasses = state.sweep.accuracy !== null;
  const head = [
    "learning rate",
    `train loss at epoch ${end}`,
    ...(hasClasses ? ["accuracy"] : []),
    "outcome",
  ];
  const runs = rates.map((_, run) => run).sort((a, b) => rates[a] - rates[b]);
  const rows = runs.map((run) => [
    plain(rates[run]),
    say(losses[run] ?? NaN),
    ...(hasClasses ? [state.sweep.accuracyWords(run)] : []),
    verdictName(verdicts[run]),
  ]);
  return make("table", {}, [
    make("caption", { textContent: "All runs; the pictures show the one in bold." }),
    make("thead", {}, [
      make(
        "tr",
        {},
        head.map((text) => cell(text, "col")),
      ),
    ]),
    make(
      "tbody",
      {},
      rows.map((row, k) => rowOf(row, runs[k] === state.run)),
    ),
  ]);
}

/** @param {string[]} texts @param {boolean} isShown */
const rowOf = (texts, isShown) =>
  make(
    "tr",
    { className: isShown ? "now" : "" },
    texts.map((text, k) => cell(text, k ? "" : "row")),
  );

/** @param {string} textContent @param {string} scope empty for a cell that heads nothing */
const cell = (textContent, scope) =>
  scope ? make("th", { textContent, scope }) : make("td", { textContent });
