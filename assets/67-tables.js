/* The data of each view and chart as a table, made when it is asked for and kept up to date while it
   is open and the page rests. */
(function (lab) {
  "use strict";

  const { state, element } = lab;
  // So many rows can still be read; of more, those at the steps of the timeline's scale are shown.
  const MOST_EPOCHS = 60;
  const MOST_EXAMPLES = 200;
  const GRID_LINES = 11;
  // In heights of the box; components/figures/surface.py cuts it there.
  const CUT_AT = 1.5;
  const SECTION_ROWS = 21;
  // Of a decade's ten rates those with one digit that most scales have: 1, 2, 5.
  const MAP_RATES = [0, 3, 7];
  const NOW = ", now";
  const say = (value, digits = 5) => (value === null || value === undefined ? "–" : lab.format(value, digits));
  const count = (length) => Array.from({ length }, (_, k) => k);

  /** Evenly spread indices of so many things, the ends included. */
  const spread = (length, most) => (length <= most ? count(length) : count(most).map((k) => Math.round((k * (length - 1)) / (most - 1))));

  /** Which kept epochs a table lists: close together at the start, as the timeline's scale is; the one
      on show and the last always. Behind a curtain none that lies ahead. */
  function listed(epochs, length, now) {
    const end = state.hidden.has("ahead") ? now : length - 1;
    if (end < MOST_EPOCHS) return count(end + 1);
    const place = (k) => Math.log1p(epochs[k]);
    const kept = new Set([end, Math.min(now, end)]);
    const step = place(end) / (MOST_EPOCHS - 2);
    for (let k = 0, next = 0; k <= end; k++) {
      if (place(k) < next) continue;
      kept.add(k);
      next = place(k) + step;
    }
    return [...kept].sort((a, b) => a - b);
  }

  const ofEpochs = (shown, all) => (shown.length < all && !state.hidden.has("ahead") ? `${shown.length} of ${all} epochs, close together at the start.` : "");
  const epochName = (epoch, now) => (epoch === now ? `${epoch}${NOW}` : String(epoch));

  /* ---- the views ---- */

  /** Coarser than it is drawn; the highest second coordinate on top, as in the picture. */
  function surfaceTable({ grid, box, plane }, { first, second, loss }) {
    const lines = spread(grid.size, GRID_LINES);
    const at = ([low, high], k) => say(low + (k / (grid.size - 1)) * (high - low), 3);
    const cut = CUT_AT * box.height;
    const cell = (value) => (value >= cut * (1 - 1e-6) ? `≥ ${say(cut, 3)}` : say(value, 4));
    return {
      head: [`${plane.names[1]} down, ${plane.names[0]} across`, ...lines.map((k) => at(box.first, k))],
      rows: [...lines].reverse().map((row) => [at(box.second, row), ...lines.map((column) => cell(grid.values[row * grid.size + column]))]),
      note: `The train loss at ${lines.length} by ${lines.length} of ${grid.size} by ${grid.size} places. The run is at ${lab.here(plane, first, second)}, at a train loss of ${say(loss)}.`,
    };
  }

  function pathTable({ plane }, { track, index, shownEpoch }) {
    const shown = listed(track.epochs, track.length, index);
    return {
      head: ["epoch", ...plane.names, "train loss"],
      rows: shown.map((k) => [epochName(track.epochs[k], shownEpoch), say(track.first(k)), say(track.second(k)), say(track.loss[k])]),
      note: ofEpochs(shown, track.length),
    };
  }

  function curveTable({ plane }, { track, index, shownEpoch }) {
    const shown = listed(track.epochs, track.length, index);
    const columns = [["train loss", (k) => track.loss[k]]];
    if (track.validation) columns.push(["validation loss", (k) => track.validation[k]]);
    if (plane.is_exact) columns.push([plane.names[0], (k) => track.first(k)], [plane.names[1], (k) => track.second(k)]);
    return {
      head: ["epoch", ...columns.map(([name]) => name)],
      rows: shown.map((k) => [epochName(track.epochs[k], shownEpoch), ...columns.map(([, value]) => say(value(k)))]),
      note: ofEpochs(shown, track.length),
    };
  }

  function sectionTable(sweep, moment) {
    const exact = state.slices?.at(moment.shownEpoch);
    const both = lab.sections(sweep, moment, exact);
    const rows = spread(both[0].count, SECTION_ROWS).map((k) => both.flatMap(({ side: { range: [low, high] }, count: places, curve }) => {
      const place = low + (k / (places - 1)) * (high - low);
      return [say(place, 4), curve ? say(curve(place, k)) : "–"];
    }));
    const isTrue = exact || sweep.plane.is_exact;
    return {
      head: sweep.plane.names.flatMap((name) => [name, "train loss"]),
      rows,
      note: `Through the point of epoch ${moment.shownEpoch}${isTrue ? "" : ", on the plane"}: ${rows.length} places along each direction.`,
    };
  }

  function fitTable(sweep, moment) {
    const { track, index } = moment;
    const params = track.paramsAt(index);
    const names = sweep.predictors === 1 ? [sweep.data_info ? sweep.predictor_names[0] : "x", "observed"] : ["observed"];
    const shown = spread(sweep.targets.length, MOST_EXAMPLES);
    const rows = shown.map((i) => {
      const x = sweep.predictors === 1 ? [say(sweep.inputIn(sweep.inputs[i]))] : [];
      return [String(i + 1), ...x, say(sweep.targetIn(sweep.targets[i])), params ? say(sweep.targetIn(lab.predict(sweep, params, lab.example(sweep, i)))) : "…"];
    });
    const part = shown.length < sweep.targets.length ? `${shown.length} of ${sweep.targets.length} examples. ` : "";
    return {
      head: ["example", ...names, "predicted now"], rows,
      note: `${part}${params ? `At epoch ${moment.shownEpoch}.` : "The predictions come as soon as you pause."}`,
    };
  }

  /* ---- the charts ---- */

  function stepTable({ rates, losses, now, slope }) {
    return {
      head: ["learning rate", "train loss after this step", "what the slope alone promises"],
      rows: rates.map((rate, k) => [say(rate, 3), say(losses[k]), say(now + slope * rate)]),
      note: `Before the step the train loss is ${say(now)}.`,
    };
  }

  function rateTable({ rates, now, ends, epoch }) {
    const isCurtained = state.hidden.has("ahead");
    const isNamed = !state.hidden.has("strip") && !state.hidden.has("verdict");
    const lossOf = (loss) => (loss === null || !Number.isFinite(loss) ? "overflow" : say(loss));
    return {
      head: ["learning rate", `train loss at epoch ${epoch}`, ...(isCurtained ? [] : ["at the end"]), ...(isNamed ? ["outcome"] : [])],
      rows: rates.map((rate, run) => [lab.plain(rate), lossOf(now[run]), ...(isCurtained ? [] : [lossOf(ends[run])]), ...(isNamed ? [state.sweep.verdicts[run]] : [])]),
      note: "",
    };
  }

  function sharpnessTable({ epochs, values, thresholds }) {
    return {
      head: ["epoch", "sharpness", "dotted limit"],
      rows: Array.from(epochs, (epoch, k) => [String(epoch), say(values[k]), say(thresholds[k])]),
      note: "",
    };
  }

  /** The curves of the compared runs, at the epochs that the first of them lists. */
  function compareTable({ runs, names }) {
    const { track } = runs[0];
    const shown = listed(track.epochs, track.length, track.indexOf(lab.momentOf(state.track, state.wanted).epoch));
    return {
      head: ["epoch", ...names],
      rows: shown.map((k) => [String(track.epochs[k]), ...runs.map((run) => (track.epochs[k] > run.end ? "–" : lab.lossWords(run, track.epochs[k])))]),
      note: ofEpochs(shown, track.length),
    };
  }

  function mapTable({ map, color }) {
    const runs = count(lab.STOPS).filter((run) => MAP_RATES.includes(run % 10));
    const cell = (row, run) => {
      if (row.error) return "refused";
      if (color === "last_loss") return row.last_loss[run] === null ? "overflow" : say(row.last_loss[run], 4);
      return row.diverged_at[run] < 0 ? "never" : String(row.diverged_at[run]);
    };
    return {
      head: [lab.wordsOf(map.field), ...runs.map((run) => lab.plain(state.sweep.learning_rates[run]))],
      rows: map.rows.map((row, k) => [lab.plain(map.values[k]), ...runs.map((run) => cell(row, run))]),
      note: `${color === "last_loss" ? "The train loss at the end" : "The epoch from which on a run diverges"}, at ${runs.length} of ${lab.STOPS} learning rates.`,
    };
  }

  const VIEWS = {
    "loss-surface": surfaceTable, "descent-path": pathTable, "cross-sections": sectionTable, fit: fitTable, curves: curveTable,
  };
  const CHARTS = { "rate-axis": stepTable, "loss-by-rate": rateTable, sharpness: sharpnessTable, compare: compareTable, map: mapTable };

  function tableOf(name) {
    if (VIEWS[name]) return VIEWS[name](state.sweep, lab.momentOf(state.track, state.wanted));
    const shown = lab.shownIn(name);
    return shown ? CHARTS[name](shown) : { head: [], rows: [], note: "" };
  }

  /* ---- the card ---- */

  let open = "";

  /** Cells change in place, so that whoever reads one is not thrown out of the table. */
  function fill(target, { head, rows }) {
    const shape = `${open}/${head.length}/${rows.length}`;
    if (target.dataset.shape !== shape) {
      target.dataset.shape = shape;
      const line = (length) => lab.make("tr", {}, count(length).map((k) => (k ? lab.make("td") : lab.make("th", { scope: "row" }))));
      const heads = lab.make("tr", {}, head.map(() => lab.make("th", { scope: "col" })));
      const caption = lab.make("caption", { className: "visually-hidden", textContent: element("table-title").textContent });
      target.replaceChildren(lab.make("table", { hidden: !head.length }, [caption, lab.make("thead", {}, [heads]), lab.make("tbody", {}, rows.map(() => line(head.length)))]));
    }
    const lines = [head, ...rows];
    target.querySelectorAll("tr").forEach((row, k) => {
      row.classList.toggle("now", lines[k][0]?.endsWith(NOW));
      lines[k].forEach((text, column) => {
        const cell = row.children[column];
        if (cell.textContent !== text) cell.textContent = text;
      });
    });
  }

  function followTable() {
    if (!element("table").open) return;
    const made = tableOf(open);
    fill(element("table-rows"), made);
    lab.setText("table-words", lab.wordsFor(open));
    lab.setText("table-note", made.note);
  }

  function openTable(name) {
    open = name;
    lab.pause();
    lab.setText("table-title", element(`${name}-title`).textContent);
    element("table").showModal();
    followTable();
    element("table-rows").scrollTop = 0;
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-table]");
    if (button) openTable(button.dataset.table);
    if (target.id === "close-table") element("table").close();
  });

  Object.assign(lab, { followTable });
})(window.descentLab);
