/* On a page that was saved: takes the server's part. What the page asks of a server is in the
   file, or it is not here, and the page says so. */
import { bytesOf } from "#lab/lib/arrays.mjs";
import { all, element, found, make, select, showMessage } from "#lab/lib/dom.mjs";
import { plain } from "#lab/lib/format.mjs";
import { openPanels } from "#lab/page/cards.mjs";
import { seeChange } from "#lab/page/lesson.mjs";
import { choosePlane } from "#lab/page/plane.mjs";
import { useBackend } from "#lab/state/backend.mjs";
import { state } from "#lab/state/store.mjs";

const HERE =
  "This is a saved page: learning rate and epoch can be chosen here; other settings need Descent Lab.";
const OLD = "This browser is too old for this page: it needs one from 2023 or later.";
const source = found("saved");
/** What page/save.mjs put into the file.
 * @type {import("#types").Saved} */
const saved = source && JSON.parse(source.textContent ?? "");

export const isSaved = Boolean(saved);

/* ---- in the server's place ---- */

/**
 * @param {string} store
 * @param {any} data
 * @param {(answer: import("#types").Answer) => void} receive
 */
function answer(store, data, receive) {
  const { ticket, settings } = data;
  if (store === "panel-request") showPanels(data);
  if (store === "train-request") receive({ ticket, error: HERE, field: null });
  if (store === "inspect-request") receive({ ticket, payload: detailFor(settings) });
}

/** The run that was on show, once; the others play from the sweep's frames.
 * @param {import("#types").Settings} settings */
function detailFor({ learning_rate: rate }) {
  return rate === saved.payload.settings.learning_rate && !state.detail ? saved.detail : null;
}

/** @param {string[]} names */
function showPanels(names) {
  const panels = names.flatMap((name) => templateOf(name) ?? []);
  element("side-body").replaceChildren(...panels.map((panel) => panel.content.cloneNode(true)));
  seeChange();
}

/** @param {string} name @returns {HTMLTemplateElement | null} */
const templateOf = (name) => document.querySelector(`template[data-name="${CSS.escape(name)}"]`);

const waiting = () =>
  saved.detail
    ? `This page has these numbers for the learning rate ${plain(saved.payload.settings.learning_rate)} only.`
    : "This page does not have these numbers.";

/* ---- what the page says of itself ---- */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} textContent
 */
const say = (tag, textContent, properties = {}) => make(tag, { textContent, ...properties });

function describe() {
  const day = new Date(saved.saved).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
  });
  element("rail").prepend(say("p", HERE, { className: "about-saved" }));
  const about = say("section", "", { className: "about-saved" });
  about.append(
    say("p", `Saved on ${day} from Descent Lab ${document.body.dataset.version}. ${saved.words}`),
    wayBack(),
  );
  element("rail").append(about);
}

function wayBack() {
  if (saved.home)
    return say("a", "Open it in Descent Lab", {
      href: `${saved.home}?${saved.query}`,
      rel: "noreferrer",
    });
  const words = say("p", "To change more, add this to the address of a Descent Lab: ");
  words.append(say("code", `?${saved.query}`));
  return words;
}

/** What would train again can be read, not changed; the lesson is not in the file. */
function lock() {
  element("lesson-door").hidden = true;
  const fields = "#rail input, #rail select, #plane, #plane-first, #plane-second";
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (all(fields))) {
    field.disabled = true;
    field.title = HERE;
  }
  for (const option of [...select("panel").options]) {
    if (option.value !== "none" && !templateOf(option.value)) option.remove();
  }
}

/* ---- start ---- */

/** plotly.js is in the file compressed. */
async function unpackPlotly() {
  const packed = bytesOf(element("packed-plotly").textContent ?? "");
  const stream = new Blob([packed.slice()]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
}

/** The theme as it was, unless this person has chosen one. */
function showTheme() {
  let own = null;
  try {
    own = localStorage.getItem("theme");
  } catch {
    /* Then there is none. */
  }
  if (own) return;
  const root = document.documentElement.dataset;
  root.palette = saved.theme;
  root.bsTheme = saved.theme === "dark" ? "dark" : "light";
}

/**
 * Shows what was on show when the page was saved.
 * @param {(payload: import("#types").Packed) => void} begin starts the page
 */
export function openSaved(begin) {
  element("still").remove();
  showTheme();
  useBackend({
    canTrain: false,
    waiting: waiting(),
    ask: (...asked) => setTimeout(() => answer(...asked), 0),
  });
  describe();
  unpackPlotly().then(
    () => {
      state.wanted = saved.epoch;
      choosePlane(saved.payload.planeChoice || { kind: "anchored" });
      begin(saved.payload);
      lock();
      const [panel] = saved.panels.filter(templateOf);
      if (panel) openPanels([panel]);
    },
    () => showMessage(OLD),
  );
}
