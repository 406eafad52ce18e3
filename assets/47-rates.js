/* Three views of the learning rate itself: as the axis of one step, for the whole sweep, and against
   the sharpness that it meets on the way. */
(function (lab) {
  "use strict";

  const LOWEST = 1e-5;
  const HIGHEST = 10;
  // How many rates are tried, and how often a mark's place is halved: fewer while something moves,
  // and where even that is more unit values than a frame can afford, the curve waits for the rest.
  const AT_REST = { samples: 97, halvings: 24 };
  const MOVING = { samples: 41, halvings: 6 };
  const WORK_A_FRAME = 200000;
  // A limit farther above the sharpness than this is left out of the picture.
  const FARTHEST_LIMIT = 100;

  const rateAt = (share) => LOWEST * (HIGHEST / LOWEST) ** share;
  const selected = (sweep) => sweep.learning_rates[lab.state.run];
  const mixed = (low, high) => Math.sqrt(low * high);

  /* ---- the learning rate as an axis ---- */

  /** The loss after one step of each rate; where it is best, and from where on the loss goes up. */
  function stepCurve(sweep, params, direction, factor, { samples, halvings } = AT_REST) {
    const after = (rate) => lab.trainLoss(sweep, lab.moved(params, direction, rate * factor));
    const now = lab.trainLoss(sweep, params);
    const rates = Array.from({ length: samples }, (_, k) => rateAt(k / (samples - 1)));
    const losses = rates.map(after);
    const least = losses.reduce((best, loss, k) => (loss < losses[best] ? k : best), 0);
    const rise = losses.findIndex((loss) => !(loss <= now));
    const fall = rise < 0 ? -1 : losses.findIndex((loss, k) => k > rise && loss <= now);
    return {
      now, rates, losses, after,
      fallsOn: least === samples - 1 && losses[least] < now,
      fall: fall < 0 ? null : rates[fall],
      best: losses[least] < now ? narrowBest(after, rates[Math.max(least - 1, 0)], rates[Math.min(least + 1, samples - 1)], halvings) : null,
      rise: rise < 0 ? null : rise === 0 ? rates[0] : narrowRise(after, now, rates[rise - 1], rates[rise], halvings),
    };
  }

  function narrowRise(after, now, low, high, halvings) {
    for (let k = 0; k < halvings; k++) {
      const middle = mixed(low, high);
      if (after(middle) <= now) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Golden section between two rates around the least sample. */
  function narrowBest(after, low, high, halvings) {
    const share = (Math.sqrt(5) - 1) / 2;
    for (let k = 0; k < halvings; k++) {
      const [a, b] = [low + (1 - share) * (high - low), low + share * (high - low)];
      if (after(a) < after(b)) high = b;
      else low = a;
    }
    return (low + high) / 2;
  }

  let [lastKey, lastCurve] = ["", null];

  function curveAt(sweep, { track, index }, params) {
    const isMoving = lab.state.playing || lab.state.held;
    const effort = isMoving ? MOVING : AT_REST;
    const key = [sweep.sweep_id, lab.state.run, track.epochs[index]].join();
    if (key === lastKey && (isMoving || lastCurve.effort === effort)) return lastCurve;
    if (isMoving && lab.work(sweep) * (effort.samples + 2 * effort.halvings) > WORK_A_FRAME) return null;
    const curve = stepCurve(sweep, params, track.directionAt(index), track.factorAt(index), effort);
    [lastKey, lastCurve] = [key, Object.assign(curve, { effort })];
    return lastCurve;
  }

  function rateAxis(sweep, moment, params) {
    const chart = lab.chartIn("rate-axis", (made) => made.onPick(lab.selectRate));
    const curve = curveAt(sweep, moment, params);
    lab.slot("rate-axis").classList.toggle("stale", !curve);
    if (!curve) { lab.slot("rate-axis-reading").textContent = "The curve comes as soon as you pause."; return; }
    const { now, rates, losses, best, rise } = curve;
    const low = Math.min(...losses.filter(Number.isFinite), now);
    const room = Math.max(now - low, now * 1e-3, 1e-12);
    const range = [Math.max(low - 0.25 * room, 0), now + 0.9 * room];
    const axes = chart.begin({
      x: { range: [LOWEST, HIGHEST], log: true, title: "learning rate" },
      y: { range, title: "train loss after this step", words: (value) => lab.plain(Number(value.toPrecision(3))) },
    });
    const rate = selected(sweep);
    const { track, index } = moment;
    const slope = track.directionAt(index).reduce((sum, part, k) => sum + part * track.gradientsAt(index)[k], 0) * track.factorAt(index);
    const landing = curve.after(rate);
    const { colors } = lab;
    chart.inside((context) => {
      shadeRises(context, axes, rates, losses, now);
      lab.stroke(context, [[axes.left, axes.y(now)], [axes.right, axes.y(now)]], { color: colors.muted, width: 1 });
      lab.stroke(context, rates.map((at) => [axes.x(at), axes.y(now + slope * at)]), { color: colors.gradient, width: 2, dash: [7, 5] });
      lab.stroke(context, rates.map((at, k) => (Number.isFinite(losses[k]) ? [axes.x(at), axes.y(losses[k])] : null)), { color: colors.first, width: 3 });
      lab.stroke(context, [[axes.x(rate), axes.y(now)], [axes.x(rate), axes.y(landing)]], { color: colors.path, width: 2 });
    });
    if (best && !curve.fallsOn) chart.mark(best, `best ${lab.format(best, 3)}`, colors.optimum, { row: 1 });
    if (rise) chart.mark(rise, `up from ${lab.formatDown(rise)}`, colors.diverged, { row: 2 });
    chart.mark(rate, lab.plain(rate), colors.path, { dash: [] });
    if (landing >= range[0] && landing <= range[1]) lab.dot(axes.context, [axes.x(rate), axes.y(landing)], 5.5, colors.path, colors.background);
    const words = stepWords(sweep, { ...curve, rate, landing, factor: track.factorAt(index) });
    lab.slot("rate-axis-reading").textContent = words;
    chart.say(words, { now, landing, best: best ?? "", rise: rise ?? "", slope }, { ...curve, rate, landing, slope });
  }

  /** The zone where the loss goes up. */
  function shadeRises(context, axes, rates, losses, now) {
    context.save();
    context.globalAlpha = 0.14;
    context.fillStyle = lab.colors.diverged;
    for (let from = 0; from < rates.length; from++) {
      if (losses[from] <= now) continue;
      let to = from;
      while (to + 1 < rates.length && !(losses[to + 1] <= now)) to += 1;
      const left = axes.x(from ? mixed(rates[from - 1], rates[from]) : rates[0]);
      context.fillRect(left, axes.top, axes.x(rates[to]) - left, axes.bottom - axes.top);
      from = to;
    }
    context.restore();
  }

  function stepWords({ steps_per_epoch: steps }, { rate, now, landing, best, rise, fall, fallsOn, factor }) {
    const way = landing > now ? "up" : landing < now ? "down" : "nowhere";
    const scheduled = factor === 1 ? "" : ` (the schedule makes ${lab.format(rate * factor, 3)} of it here)`;
    const which = steps > 1 ? `the first of this epoch’s ${steps} steps` : "this step";
    const lines = [`At ${lab.plain(rate)}${scheduled} ${which} takes the train loss ${way}, from ${lab.format(now, 4)} to ${lab.format(landing, 4)}.`];
    lines.push(fallsOn ? `Even at ${HIGHEST} the loss still falls.` : best ? `The best step here is at ${lab.format(best, 3)}.` : "No step in this direction lowers the loss.");
    if (rise && fall) lines.push(`Between ${lab.formatDown(rise)} and ${lab.format(fall, 2)} the loss goes up.`);
    else if (rise) lines.push(`From ${lab.formatDown(rise)} on, the loss goes up.`);
    return lines.join(" ");
  }

  /* ---- loss against learning rate ---- */

  function lossByRate(sweep, moment) {
    const chart = lab.chartIn("loss-by-rate", (made) => made.onPick(lab.selectRate), 270);
    const rates = sweep.learning_rates.slice(0, lab.STOPS);
    const frame = frameAt(sweep, moment.epoch);
    const [ends, now] = [sweep.last_loss.slice(0, lab.STOPS), rates.map((_, run) => sweep.train_loss[run * sweep.epochs.length + frame])];
    const start = sweep.train_loss[0];
    const known = [...ends, ...now].filter((loss) => loss > 0 && loss < 20 * start);
    const range = [Math.max(Math.min(...known, start), 1e-9 * start) * 0.7, 3 * start];
    const axes = chart.begin({
      x: { range: [rates[0], rates.at(-1)], log: true, title: "learning rate" },
      y: { range, log: true, title: "train loss" },
    });
    const { colors, state } = lab;
    const isCurtained = state.hidden.has("ahead") || state.hidden.has("strip");
    const along = (losses) => rates.map((rate, run) => (losses[run] > 0 ? [axes.x(rate), axes.y(losses[run])] : null));
    const steepest = steepestPoint(rates, now);
    chart.inside((context) => {
      if (!state.hidden.has("strip")) shadeVerdicts(context, axes, sweep, rates);
      if (!isCurtained) drawRangeTest(context, axes, sweep);
      if (!isCurtained) lab.stroke(context, along(ends), { color: colors.text, width: 2, dash: [2, 4] });
      lab.stroke(context, along(now), { color: colors.path, width: 3 });
    });
    if (sweep.stability_edge && !state.hidden.has("mark")) chart.mark(sweep.stability_edge, sweep.stability_edge_formula, colors.text, { row: 1 });
    const best = isCurtained ? -1 : bestRun(ends);
    if (best >= 0) lab.star(axes.context, [axes.x(rates[best]), axes.y(ends[best])], false);
    if (steepest !== null) lab.dot(axes.context, [axes.x(rates[steepest]), axes.y(now[steepest])], 4.5, colors.gradient, colors.background);
    chart.mark(selected(sweep), lab.plain(selected(sweep)), colors.path, { dash: [] });
    const epoch = sweep.epochs[frame];
    const words = rateWords({ sweep, rates, best, ends, steepest, epoch, isCurtained });
    lab.slot("loss-by-rate-reading").textContent = words;
    chart.say(words, { best: best < 0 ? "" : rates[best], steepest: steepest === null ? "" : rates[steepest], epoch }, { rates, now, ends, epoch });
  }

  /** The sweep's frame nearest to an epoch. */
  function frameAt({ epochs }, epoch) {
    let frame = epochs.findIndex((kept) => kept >= epoch);
    if (frame < 0) frame = epochs.length - 1;
    return frame > 0 && epoch - epochs[frame - 1] < epochs[frame] - epoch ? frame - 1 : frame;
  }

  const bestRun = (ends) => ends.reduce((best, loss, run) => (loss !== null && (best < 0 || loss < ends[best]) ? run : best), -1);

  /** Where the loss falls fastest from one rate to the next, both logarithmic; null where it never does. */
  function steepestPoint(rates, losses) {
    let [steepest, least] = [null, -1e-3];
    for (let run = 1; run < rates.length - 1; run++) {
      const slope = Math.log(losses[run + 1] / losses[run - 1]) / Math.log(rates[run + 1] / rates[run - 1]);
      if (slope < least) [steepest, least] = [run, slope];
    }
    return steepest;
  }

  function shadeVerdicts(context, axes, { verdicts }, rates) {
    const edges = [rates[0], ...rates.slice(1).map((rate, run) => mixed(rates[run], rate)), rates.at(-1)].map((rate) => Math.round(axes.x(rate)));
    context.save();
    for (let from = 0, to = 0; from < rates.length; from = to) {
      while (to < rates.length && verdicts[to] === verdicts[from]) to += 1;
      const [left, width] = [edges[from], edges[to] - edges[from]];
      context.fillStyle = lab.colors[verdicts[from].replace(" ", "-")];
      context.globalAlpha = 0.1;
      context.fillRect(left, axes.top, width, axes.bottom - axes.top - 14);
      context.globalAlpha = 0.85;
      context.fillRect(left, axes.bottom - 14, width, 14);
    }
    context.restore();
  }

  /** The one run whose rate grows with each minibatch (Smith 2017), smoothed. */
  function drawRangeTest(context, axes, { range_test: test }) {
    if (!test) return;
    const points = test.learning_rates.map((rate, k) => (test.smoothed[k] > 0 ? [axes.x(rate), axes.y(test.smoothed[k])] : null));
    lab.stroke(context, points, { color: lab.colors.second, width: 2, dash: [7, 5] });
  }

  function rateWords({ sweep, rates, best, ends, steepest, epoch, isCurtained }) {
    const lines = [`Solid: at epoch ${epoch}.${isCurtained ? "" : ` Dotted: at the end, epoch ${sweep.end}.`}`];
    if (best >= 0) lines.push(`The lowest end is ${lab.format(ends[best], 4)}, at ${lab.plain(rates[best])} (star).`);
    if (steepest !== null) lines.push(`The loss now falls most steeply at ${lab.plain(rates[steepest])} (dot).`);
    if (sweep.range_test && !isCurtained) lines.push("Dashed: a range test after Smith (2017), one run whose rate grows with each minibatch, its batch losses smoothed.");
    return lines.join(" ");
  }

  /* ---- sharpness over training ---- */

  function sharpness(sweep, moment) {
    const { detail } = lab.state;
    const chart = lab.chartIn("sharpness");
    const target = lab.slot("sharpness-reading");
    const values = detail.rescaled_sharpness || detail.sharpness;
    const epochs = detail.sharpness_epochs;
    const thresholds = epochs.map((epoch) => thresholdAt(sweep, moment.track, epoch));
    const most = FARTHEST_LIMIT * Math.max(...values);
    const shown = [...values, ...thresholds.filter((limit) => limit < most)].filter((value) => value > 0 && Number.isFinite(value));
    if (!shown.length) { target.textContent = "Nothing curves upward here: sharpness is 0."; return; }
    const place = (epoch) => Math.log10(1 + epoch);
    const axes = chart.begin({
      x: { range: [0, place(sweep.end)], title: "epoch", ticks: [0, 1, 10, 100, 1000].filter((epoch) => epoch <= sweep.end).map(place), words: (at) => String(Math.round(10 ** at - 1)) },
      y: { range: [Math.min(...shown) * 0.8, Math.max(...shown) * 1.25], log: true, title: detail.rescaled_sharpness ? "rescaled sharpness" : "sharpness" },
    });
    const { colors } = lab;
    const line = (series) => epochs.map((epoch, k) => (series[k] > 0 ? [axes.x(place(epoch)), axes.y(series[k])] : null));
    chart.inside((context) => {
      lab.stroke(context, line(thresholds), { color: colors.gradient, width: 2.5, dash: [2, 5] });
      lab.stroke(context, line(values), { color: colors.path, width: 3 });
      for (const point of line(values)) if (point) lab.dot(context, point, 2.5, colors.path, colors.background, 1);
    });
    const x = axes.x(place(moment.epoch));
    lab.stroke(axes.context, [[x, axes.top], [x, axes.bottom]], { color: colors.text, width: 1.5, dash: [5, 4] });
    const words = sharpnessWords(sweep, values, thresholds, Boolean(detail.rescaled_sharpness));
    target.textContent = words;
    chart.say(words, { first: values[0], last: values.at(-1), threshold: thresholds.at(-1) ?? "" }, { epochs, values, thresholds });
  }

  /** Above this sharpness the optimizer's steps overshoot and grow; null where no such limit is known. */
  function thresholdAt(sweep, track, epoch) {
    const { settings, sharpness_numerator: numerator } = sweep;
    if (!numerator) return null;
    const decay = settings.optimizer === "adamw" ? 0 : settings.weight_decay;
    const limit = numerator / (selected(sweep) * track.factorAt(track.indexOf(epoch)));
    return sweep.stability_edge_numerator ? limit - decay : limit;
  }

  function sharpnessWords(sweep, values, thresholds, isRescaled) {
    const [first, last, limit] = [values[0], values.at(-1), thresholds.at(-1)];
    const isConstant = sweep.settings.schedule === "constant";
    const lines = [`${isRescaled ? "Sharpness as the optimizer rescales it" : "Sharpness"} goes from ${lab.format(first, 3)} to ${lab.format(last, 3)}.`];
    if (!limit) return `${lines[0]} No fixed limit is known for NAdam: its momentum grows on the way.`;
    lines.push(`Dotted: ${sweep.sharpness_formula}${isConstant ? ` = ${lab.format(limit, 3)}` : ", which moves with the schedule"}.`);
    lines.push(edgeWords(sweep, first / thresholds[0], last / limit));
    if (isRescaled) lines.push("For adaptive optimizers see Cohen et al. 2022.");
    return lines.filter(Boolean).join(" ");
  }

  /** What the start and the end say, as multiples of their limits; of a run that trains only. */
  function edgeWords({ verdicts, is_linear: isLinear, settings, steps_per_epoch: steps }, first, last) {
    const verdict = verdicts[lab.state.run];
    if (verdict === "stuck") return "All units of a layer are off: what curves now is little more than the output bias.";
    if (isLinear || verdict === "diverged" || verdict === "overflow") return "";
    const isSteady = settings.schedule === "constant" && steps === 1;
    if (isSteady && Math.abs(last - 1) < 0.1) return "Training ends at the edge of stability.";
    if (first > 1 && last < 1) return "It began above the limit and survived by finding a flatter place.";
    return last > 1 ? "It ends above the limit: its steps overshoot." : "";
  }

  Object.assign(lab.NEEDS_PARAMS, { "rate-axis": rateAxis });
  Object.assign(lab.NEEDS_DETAIL, { sharpness });
  Object.assign(lab.ALWAYS, { "loss-by-rate": lossByRate });
})(window.descentLab);
