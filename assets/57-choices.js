/* The controls that train again, found on the page as components/controls made them; and the
   address, which says the same choices for a link. */
(function (lab) {
  "use strict";

  const { state, element } = lab;

  /** A value of a control's attribute or of an address: a number where it can be read so. */
  const asValue = (text) => (text !== "" && Number.isFinite(Number(text)) ? Number(text) : text);

  /** What was typed as a number, with a decimal comma too; else as it is, for the server to refuse. */
  function numberIn(text) {
    const words = text.trim().replace(",", ".");
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(words) && Number.isFinite(Number(words)) ? Number(words) : text;
  }

  /** Enter takes what was typed, and the next key is one of the page's again: C, space, [ and ]. */
  function leaveOnEnter(field) {
    field.addEventListener("keydown", ({ key }) => key === "Enter" && field.blur());
  }

  /* ---- the controls ---- */

  let controls = [];

  function findControls() {
    controls = [...document.querySelectorAll("#rail .control")].map((control) => {
      const { field, default: standard, decides, users, stops } = control.dataset;
      const name = field.replaceAll("_", "-");
      return {
        control, field, decides, name,
        standard: asValue(standard),
        users: users ? users.split(" ") : null,
        stops: stops ? stops.split(" ").map(Number) : null,
        input: element(name), typed: element(`${name}-value`),
        isMore: Boolean(control.closest("#more")),
      };
    });
  }

  /** A setting that the other choices leave without a use goes back to its default. */
  function withDefaults(settings) {
    const kept = { ...settings };
    for (const { field, decides, users, standard } of controls) {
      if (decides && !users.includes(kept[decides])) kept[field] = standard;
    }
    return kept;
  }

  /** Which setting decides whether a field counts, and by which of its values; [null, null] for none. */
  function usersOf(field) {
    const choice = controls.find((one) => one.field === field);
    return [choice?.decides || null, choice?.users || null];
  }

  /** A slider of uneven stops holds the index of the one nearest to its value. */
  function toSlider({ stops }, value) {
    if (!stops) return value;
    const gaps = stops.map((stop) => Math.abs(Math.log((stop + 1e-6) / (value + 1e-6))));
    return gaps.indexOf(Math.min(...gaps));
  }

  const fromSlider = ({ stops, input }) => (stops ? stops[Number(input.value)] : Number(input.value));

  // What a number stands for where it is not just a number; a slider of uneven stops holds their index.
  const MEANINGS = {
    hidden_units: (value) => (value ? `${value} units` : "none: linear regression"),
    batch_size: (value) => (value ? `${value} examples` : "full batch"),
    epochs: (value) => `${value} epochs`,
    warmup_epochs: (value) => `${value} epochs`,
    validation_fraction: (value) => `${Math.round(100 * value)} %`,
  };

  /** What a screen reader says of a slider. */
  function sayValue({ field, input }, value) {
    input.setAttribute("aria-valuetext", MEANINGS[field]?.(value) ?? lab.plain(value));
  }

  function showChoices(sweep) {
    const { settings } = sweep;
    for (const choice of controls) {
      const value = settings[choice.field];
      choice.control.hidden = Boolean(choice.decides) && !choice.users.includes(settings[choice.decides]);
      if (!choice.typed) { choice.input.value = value; continue; }
      // A typed number may lie between two stops of its slider.
      if (choice.field === "epochs") choice.input.step = value % 10 ? 1 : 10;
      choice.input.value = toSlider(choice, value);
      choice.typed.value = lab.plain(value);
      sayValue(choice, value);
    }
    for (const name of ["activation", "hidden-layers"]) element(`${name}-control`).hidden = settings.hidden_units === 0;
    element("momentum").step = settings.momentum * 100 % 1 ? "any" : "0.01";
    showNotes(sweep);
    const changed = controls.filter(({ isMore, field, standard }) => isMore && settings[field] !== standard).length;
    lab.setText("more-count", changed ? `${changed} changed` : "");
  }

  function showNotes({ settings, steps_per_epoch: steps, example_count: examples }) {
    lab.setText("hidden-units-note", settings.hidden_units ? "" : "linear");
    lab.setText("batch-size-note", settings.batch_size ? `${steps} step${steps > 1 ? "s" : ""} an epoch` : "full");
    lab.setText("validation-fraction-note", settings.validation_fraction ? `${examples} train` : "");
  }

  /** The server's sentence beside the control that it is about; beside the one that decides where
      the control itself is not on show. */
  function showFieldError(field, sentence = "") {
    const about = controls.find((choice) => choice.field === field);
    const place = about?.control.hidden && about.decides ? about.decides : field;
    for (const choice of controls) {
      const target = element(`${choice.name}-error`);
      target.hidden = choice.field !== place;
      lab.setText(target.id, choice.field === place ? sentence : "");
      if (choice.field === place && choice.isMore) element("more").open = true;
    }
  }

  /** A schedule with a warm-up begins with one that fits into the training. */
  function withRoom(change) {
    if (change.schedule !== "warmup_cosine") return change;
    const { epochs, warmup_epochs: usual } = state.sweep.settings;
    return { ...change, warmup_epochs: Math.min(usual, Math.max(Math.floor(epochs / 5), 1)) };
  }

  function bindChoices(request, settle) {
    findControls();
    for (const choice of controls) {
      const { field, input, typed, name } = choice;
      if (!typed) {
        input.addEventListener("change", () => {
          if (input.value !== "own" || lab.ownChoice()) return request(withRoom({ [field]: input.value }));
          // There are none yet: here is where to bring them.
          settle();
          return lab.openPanels(["own-data"]);
        });
        continue;
      }
      input.addEventListener("input", () => {
        typed.value = lab.plain(fromSlider(choice));
        sayValue(choice, fromSlider(choice));
        request({ [field]: fromSlider(choice) });
      });
      input.addEventListener("change", settle);
      typed.addEventListener("change", () => request({ [field]: numberIn(typed.value) }));
      leaveOnEnter(typed);
      typed.setAttribute("aria-label", `${name.replaceAll("-", " ")}, exact value`);
    }
  }

  /** What a field is called in a sentence: its control's label. */
  const wordsOf = (field) => document.querySelector(`label[for="${field.replaceAll("_", "-")}"]`)?.textContent.toLowerCase() || field;

  /** A value as its menu calls it; a number as it is. */
  function optionOf(field, value) {
    const { options } = element(field.replaceAll("_", "-"));
    return [...(options || [])].find((option) => option.value === String(value))?.textContent || String(value);
  }

  /** What is chosen, for a person: the first screen's choices, and of the others what was changed. */
  function chosenInWords() {
    const settings = lab.settingsNow();
    const said = controls.filter(({ control, field, isMore, standard }) => !control.hidden && (!isMore || settings[field] !== standard));
    const words = said.map(({ field }) => `${wordsOf(field)}: ${optionOf(field, typeof settings[field] === "number" ? lab.plain(settings[field]) : settings[field])}`);
    const sentence = [...words, `learning rate: ${lab.plain(settings.learning_rate)}`].join("; ");
    return `${sentence[0].toUpperCase()}${sentence.slice(1)}.`;
  }

  /* ---- the address ---- */

  // The learning rate has no control in the rail.
  const RATE = { field: "learning_rate", standard: 0.01 };
  const choiceOf = (field) => [...controls, RATE].find((one) => one.field === field);
  const standardOf = (field) => choiceOf(field)?.standard;
  const isSetting = (field) => Boolean(choiceOf(field));

  /** The settings that differ from their defaults, with the plane, the panel and the epoch. */
  function addressOf(moment) {
    const words = new URLSearchParams({ v: lab.LINK_VERSION });
    const settings = lab.settingsNow();
    for (const { field, standard } of [...controls, RATE]) {
      if (settings[field] !== standard) words.set(field, typeof settings[field] === "number" ? lab.plain(settings[field]) : settings[field]);
    }
    const { planeChoice: plane } = state.sweep;
    if (plane && plane.kind !== "anchored") words.set("plane", plane.kind === "parameters" ? `parameters ${plane.first} ${plane.second}` : plane.kind);
    const cards = lab.usualCards();
    const views = [...(cards.length < lab.CARD_ORDER.length ? cards : []), ...lab.openPanelNames()];
    if (views.length) words.set("view", views.join(" "));
    if (presenting) words.set("present", presenting.length === 2 ? presenting.join(" ") : presenting[0]);
    words.set("epoch", moment.epoch);
    return words;
  }

  // Which views fill the screen of a class, or null.
  let presenting = null;

  function keepPresenting(names) {
    presenting = names;
    lab.touch();
  }

  /** `present=1` is the usual pair of views; else it names one or two. */
  function presentedIn(words) {
    if (!words.has("present")) return null;
    const named = words.get("present").split(" ").filter((name) => lab.CARD_ORDER.includes(name));
    return named.length ? named : ["descent-path", "fit"];
  }

  /** What a link to this page says; in a lesson, its chapter. */
  function queryNow(moment) {
    const chapter = new URLSearchParams(location.search).get("chapter");
    return chapter ? lab.chapterQuery(chapter) : addressOf(moment).toString();
  }

  function keepAddress(moment) {
    // A link that is still being trained stays; a chapter's address is its own, also while its text
    // is on the way.
    if (lab.isTraining()) return;
    if (document.body.dataset.mode === "lesson" || new URLSearchParams(location.search).has("chapter")) return;
    const address = location.pathname + lab.searchOf(queryNow(moment));
    if (address !== location.pathname + location.search) history.replaceState(history.state, "", address);
  }

  /** Does a menu of the page offer this word? An address may hold anything. */
  const isOffered = (menu, word) => [...element(menu).options].some(({ value }) => word && word !== "none" && value === word);

  /** What an address asks for. Settings are the server's to refuse; of anything else that is wrong
      there is a sentence in `problems`, and it is left out. */
  function readAddress() {
    const words = lab.wordsInAddress();
    const settings = {};
    for (const { field, standard } of [...controls, RATE]) {
      settings[field] = words.has(field) ? asValue(words.get(field)) : standard;
    }
    const [word, first, second] = (words.get("plane") || "").split(" ");
    const kind = isOffered("plane", word) ? word : "anchored";
    const named = (words.get("view") || "").split(" ");
    const views = named.filter((name) => isOffered("panel", name));
    const cards = lab.CARD_ORDER.filter((name) => named.includes(name));
    const plane = kind === "parameters" && lab.isPair(first, second) ? { kind, first: Number(first), second: Number(second) } : { kind: kind === "parameters" ? "anchored" : kind };
    const isEmpty = [...words.keys()].every((name) => ["v", "embed"].includes(name));
    return { isEmpty, settings, plane, epoch: lab.epochIn(words, settings), views, cards, present: presentedIn(words), problems: lab.problemsIn(words, settings) };
  }

  Object.assign(lab, {
    leaveOnEnter, queryNow, wordsOf, optionOf, chosenInWords, isOffered, standardOf, isSetting, keepPresenting, numberIn, withDefaults, usersOf, showChoices, showFieldError, bindChoices, keepAddress,
    readAddress,
  });
})(window.descentLab);
