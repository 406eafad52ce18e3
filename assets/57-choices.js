/* The controls that train again, found on the page as components/controls.py made them; and the
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
    }
    for (const name of ["activation", "hidden-layers"]) element(`${name}-control`).hidden = settings.hidden_units === 0;
    element("momentum").step = settings.momentum * 100 % 1 ? "any" : "0.01";
    showNotes(sweep);
    const changed = controls.filter(({ isMore, field, standard }) => isMore && settings[field] !== standard).length;
    lab.setText("more-count", changed ? `${changed} changed` : "");
  }

  function showNotes({ settings, steps_per_epoch: steps, examples }) {
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
        input.addEventListener("change", () => request(withRoom({ [field]: input.value })));
        continue;
      }
      input.addEventListener("input", () => {
        typed.value = lab.plain(fromSlider(choice));
        request({ [field]: fromSlider(choice) });
      });
      input.addEventListener("change", settle);
      typed.addEventListener("change", () => request({ [field]: numberIn(typed.value) }));
      typed.setAttribute("aria-label", `${name.replaceAll("-", " ")}, exact value`);
    }
  }

  /** What a field is called in a sentence: its control's label. */
  const wordsOf = (field) => document.querySelector(`label[for="${field.replaceAll("_", "-")}"]`)?.textContent.toLowerCase() || field;

  /* ---- the address ---- */

  // The learning rate has no control in the rail.
  const RATE = { field: "learning_rate", standard: 0.01 };

  /** The settings that differ from their defaults, with the plane, the panel and the epoch. */
  function addressOf(moment) {
    const words = new URLSearchParams();
    const settings = lab.settingsNow();
    for (const { field, standard } of [...controls, RATE]) {
      if (settings[field] !== standard) words.set(field, typeof settings[field] === "number" ? lab.plain(settings[field]) : settings[field]);
    }
    const { planeChoice: plane } = state.sweep;
    if (plane && plane.kind !== "anchored") words.set("plane", plane.kind === "parameters" ? `parameters ${plane.first} ${plane.second}` : plane.kind);
    const panels = lab.openPanelNames();
    if (panels.length) words.set("view", panels.join(" "));
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
    return chapter ? `chapter=${encodeURIComponent(chapter)}` : addressOf(moment).toString();
  }

  function keepAddress(moment) {
    // A link that is still being trained stays; a chapter's address is its own, also while its text
    // is on the way.
    if (lab.isTraining()) return;
    if (document.body.dataset.mode === "lesson" || new URLSearchParams(location.search).has("chapter")) return;
    const address = `${location.pathname}?${queryNow(moment)}`;
    if (address !== location.pathname + location.search) history.replaceState(history.state, "", address);
  }

  /** Does a menu of the page offer this word? An address may hold anything. */
  const isOffered = (menu, word) => [...element(menu).options].some(({ value }) => word && word !== "none" && value === word);

  /** What an address asks for. Settings are the server's to refuse, anything else is left out. */
  function readAddress() {
    const words = new URLSearchParams(location.search);
    const settings = {};
    for (const { field, standard } of [...controls, RATE]) {
      settings[field] = words.has(field) ? asValue(words.get(field)) : standard;
    }
    const [word, first, second] = (words.get("plane") || "").split(" ");
    const kind = isOffered("plane", word) ? word : "anchored";
    const views = (words.get("view") || "").split(" ").filter((name) => isOffered("panel", name));
    const plane = kind === "parameters" ? { kind, first: Number(first), second: Number(second) } : { kind };
    const epoch = words.has("epoch") ? Number(words.get("epoch")) : NaN;
    return { isEmpty: [...words.keys()].length === 0, settings, plane, epoch, views, present: presentedIn(words) };
  }

  Object.assign(lab, {
    queryNow, wordsOf, keepPresenting, numberIn, withDefaults, usersOf, showChoices, showFieldError, bindChoices, keepAddress,
    readAddress,
  });
})(window.descentLab);
