/* One sentence for each view and each chart: what it shows now, from the same numbers that are drawn.
   They are written when the page rests, and seldom: who hears them must be able to follow. */
(function (lab) {
  "use strict";

  const { state, element } = lab;
  // Milliseconds between two sentences.
  const PAUSE = 2000;
  const say = (value, digits = 4) => lab.format(value, digits);

  /* ---- the views ---- */

  // A parameter has a short name; a direction is named by what it is.
  const quoted = (name) => (name.includes(" ") ? `“${name}”` : name);
  const coordinate = (name, value) => (name.includes(" ") ? `${say(value)} along “${name}”` : `${name} ${say(value)}`);
  const here = ({ names }, first, second) => `${coordinate(names[0], first)} and ${coordinate(names[1], second)}`;

  /** The epoch, and where numbers have overflowed which one is still shown. */
  function when({ epoch, overflowed, shownEpoch }) {
    return overflowed ? `epoch ${epoch}, an overflow (shown is epoch ${shownEpoch})` : `epoch ${epoch}`;
  }

  function isOutside({ box }, { first, second }) {
    return first < box.first[0] || first > box.first[1] || second < box.second[0] || second > box.second[1];
  }

  const outside = (sweep, moment) => (isOutside(sweep, moment) ? ", which is outside this picture" : "");

  function surfaceWords(sweep, moment) {
    const { plane, optimum, box } = sweep;
    const what = lab.isFlat() ? "contour of the train loss" : "train loss as a surface";
    const star = state.hidden.has("optimum") ? "" : `; the star, ${optimum.name}, is at ${say(optimum.train_loss)}`;
    const beyond = !isOutside(sweep, moment) && moment.loss > box.height ? ", above this picture" : outside(sweep, moment);
    return `The ${what} over ${plane.names.map(quoted).join(" and ")}: at ${when(moment)} the run is at a train loss of ${say(moment.loss)}${beyond}${star}.`;
  }

  function pathWords(sweep, moment) {
    const { track, first, second, loss } = moment;
    const rate = lab.plain(sweep.learning_rates[state.run]);
    return `At learning rate ${rate} the path begins at ${here(sweep.plane, track.first(0), track.second(0))}, and at ${when(moment)} it is at ${here(sweep.plane, first, second)}${outside(sweep, moment)}: the train loss goes from ${say(track.loss[0])} to ${say(loss)}.`;
  }

  const slopeWords = (name, slope) => {
    const way = slope < 0 ? "the loss falls as it grows" : slope > 0 ? "the loss rises as it grows" : "level";
    return `${say(slope)} along ${quoted(name)} (${way})`;
  };

  function sectionWords({ plane }, moment) {
    const { firstSlope, secondSlope, loss } = moment;
    return `At ${when(moment)}, at a train loss of ${say(loss)}, the slope is ${slopeWords(plane.names[0], firstSlope)} and ${slopeWords(plane.names[1], secondSlope)}.`;
  }

  function fitWords(sweep, moment) {
    const { first, second, loss } = moment;
    const examples = `its train loss over ${sweep.targets.length} examples is ${say(loss)}`;
    if (sweep.data_info && sweep.plane.is_exact) return `At ${when(moment)} the fit is the line ${lab.ownFit(sweep, moment)}; ${examples}.`;
    if (sweep.plane.is_exact) {
      const bias = `${second < 0 ? "−" : "+"} ${say(Math.abs(second))}`;
      return `At ${when(moment)} the fit is the line y = ${say(first)} x ${bias}; ${examples}.`;
    }
    const places = sweep.fit.places.map((place) => sweep.placeIn(place));
    const fit = Array.from(moment.track.fit.subarray(moment.index * places.length, (moment.index + 1) * places.length), (target) => sweep.targetIn(target));
    const range = `between ${say(Math.min(...fit))} and ${say(Math.max(...fit))}`;
    if (sweep.predictors > 1) {
      return `At ${when(moment)} the predictions lie ${range}, where ${say(Math.min(...places))} to ${say(Math.max(...places))} was observed; ${examples}.`;
    }
    return `At ${when(moment)} the fit goes from ${say(fit[0])} at x = ${say(places[0])} to ${say(fit.at(-1))} at x = ${say(places.at(-1))} and stays ${range}; ${examples}.`;
  }

  function curveWords(sweep, moment) {
    const { track, index, loss } = moment;
    const held = track.validation ? `, the validation loss ${say(track.validation[index])}` : "";
    const last = sweep.last_loss[state.run];
    const end = last === null ? `it overflows at epoch ${sweep.overflow_at[state.run]}` : `its end, at epoch ${sweep.end}, is ${say(last)}`;
    const ahead = state.hidden.has("ahead") || moment.overflowed ? "" : `; ${end}`;
    return `The train loss begins at ${say(track.loss[0])} and at ${when(moment)} is ${say(loss)}${held}${ahead}.`;
  }

  /* ---- the charts of the side panels: `shown` is what they are drawn of ---- */

  function stepWords({ rate, now, landing, best, rise, fallsOn }) {
    const way = landing > now ? "up" : landing < now ? "down" : "nowhere";
    const lowest = fallsOn ? "; larger rates lower it still" : best ? `; the lowest is at ${say(best, 3)}` : "; no rate lowers it";
    const limit = rise ? `, and from ${lab.formatDown(rise)} on it goes up` : "";
    return `One step at learning rate ${lab.plain(rate)} takes the train loss ${way} from ${say(now)} to ${say(landing)}${lowest}${limit}.`;
  }

  function rateWords({ rates, now, ends, epoch }) {
    const known = now.filter((loss) => Number.isFinite(loss));
    const least = Math.min(...ends.filter((loss) => loss !== null));
    const end = state.hidden.has("ahead") ? "" : `; at the end the lowest is ${say(least)}, at ${lab.plain(rates[ends.indexOf(least)])}`;
    return `At epoch ${epoch} the train losses of ${known.length} learning rates lie between ${say(Math.min(...known))} and ${say(Math.max(...known))}${end}.`;
  }

  function sharpnessWords({ epochs, values, thresholds }) {
    const limit = thresholds.at(-1) ? `, where the dotted limit is ${say(thresholds.at(-1), 3)}` : "";
    return `Sharpness goes from ${say(values[0], 3)} at epoch ${epochs[0]} to ${say(values.at(-1), 3)} at epoch ${epochs.at(-1)}${limit}.`;
  }

  function compareWords({ runs, names }) {
    const { epoch } = lab.momentOf(state.track, state.wanted);
    const losses = runs.map((run, k) => `${names[k]} at ${lab.lossWords(run, epoch)}`);
    return `Train losses at epoch ${epoch}: ${losses.join("; ")}.`;
  }

  function mapWords({ map }) {
    const ended = map.rows.flatMap((row) => row.last_loss || []).filter((loss) => loss !== null);
    if (!ended.length) return "No row of the map is done yet.";
    return `Of ${map.values.length} values of ${lab.wordsOf(map.field)}, ${map.rows.length} are done at ${lab.STOPS} learning rates each: the lowest train loss at an end is ${say(Math.min(...ended))}.`;
  }

  const VIEWS = {
    "loss-surface": surfaceWords, "descent-path": pathWords, "cross-sections": sectionWords, fit: fitWords, curves: curveWords,
  };
  const CHARTS = { "rate-axis": stepWords, "loss-by-rate": rateWords, sharpness: sharpnessWords, compare: compareWords, map: mapWords };

  /** What a panel's chart is drawn of; null while it has nothing to show or stands behind the curtain. */
  function shownIn(name) {
    const panel = document.querySelector(`[data-panel="${name}"]`);
    if (!panel || panel.classList.contains("waiting") || lab.isBehind(name)) return null;
    return (name === "compare" ? lab.slot(name) : lab.chartIn(name)).shown || null;
  }

  /** The sentence of a view or a panel. */
  function wordsFor(name) {
    if (VIEWS[name]) return VIEWS[name](state.sweep, lab.momentOf(state.track, state.wanted));
    const shown = shownIn(name);
    const panel = document.querySelector(`[data-panel="${name}"]`);
    return shown ? CHARTS[name](shown) : panel?.dataset.waiting || (lab.isBehind(name) ? "" : "Nothing to show yet.");
  }

  /* ---- saying them ---- */

  const NAMES = ["descent-path", ...Object.keys(VIEWS).filter((name) => name !== "descent-path"), ...Object.keys(CHARTS)];
  let [saidAt, later, attended] = [-Infinity, 0, ""];

  const isShown = (name) => Boolean(element(`${name}-words`)?.checkVisibility());

  /** All sentences at once would talk for half a minute: only the view in which the focus was last is
      read out, else the first that is on show. The others are up to date for whoever goes there. */
  function speakerOf() {
    return isShown(attended) ? attended : NAMES.find(isShown);
  }

  function describe() {
    clearTimeout(later);
    const wait = saidAt + PAUSE - performance.now();
    if (wait <= 0) return write();
    // What has moved again by then rests again later.
    later = setTimeout(() => !state.playing && !state.held && describe(), wait);
    return undefined;
  }

  function write() {
    saidAt = performance.now();
    const speaker = speakerOf();
    for (const name of NAMES) {
      const target = element(`${name}-words`);
      if (!target) continue;
      target.setAttribute("aria-live", name === speaker ? "polite" : "off");
      lab.setText(target.id, wordsFor(name));
    }
    lab.followTable();
  }

  document.addEventListener("focusin", ({ target }) => {
    const part = target.closest(".card-view, [data-panel]");
    if (part) attended = part.dataset.panel || part.id.replace("-card", "");
  });

  Object.assign(lab, { describe, describeNow: write, wordsFor, shownIn, here });
})(window.descentLab);
