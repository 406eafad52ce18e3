/* The map: learning rate against a second setting, one sweep a row, one request a row. What is done
   is kept for this browser tab, so a reload goes on where it was. */
(function (lab) {
  "use strict";

  const KEY = "descent-lab-map";
  const SILENCE_AFTER = 15000;
  // From these values, ends included, the rows are taken: evenly, or by equal factors.
  const VALUES = {
    seed: (rows) => range(rows, (k) => k),
    hidden_units: (rows) => unique(range(rows, (k) => Math.round(1 + (Math.min(rows, 64) - 1) * share(k, rows)))),
    momentum: (rows) => range(rows, (k) => round(0.99 * share(k, rows))),
    batch_size: (rows, sweep) => unique(range(rows, (k) => Math.round(sweep.example_count ** share(k, rows)))),
    noise: (rows) => range(rows, (k) => round(share(k, rows))),
    initial_scale: (rows) => range(rows, (k) => round(0.1 * 100 ** share(k, rows))),
  };
  const range = (rows, value) => Array.from({ length: rows }, (_, k) => value(k));
  const share = (k, rows) => (rows > 1 ? k / (rows - 1) : 0);
  const round = (value) => Number(value.toPrecision(3));
  const unique = (values) => [...new Set(values)];

  // {settings, field, values, rows: [row or {error}], running}; a row is what map_row in app/exports/payload.py says.
  let map = null;
  let [ticket, watchdog, trouble] = [0, 0, ""];

  /* ---- filling ---- */

  function begin() {
    const field = lab.element("map-field").value;
    const { sweep } = lab.state;
    const changed = needed(field, sweep.settings);
    const settings = lab.withDefaults({ ...sweep.settings, learning_rate: 0.01, ...changed });
    const values = VALUES[field](Number(lab.element("map-rows").value), sweep);
    map = { settings, field, values, changed, rows: [], running: true };
    ask();
  }

  /** What the second setting takes for granted: momentum an optimizer that has it, noise such data. */
  function needed(field, settings) {
    const [decides, users] = lab.usersOf(field);
    const usual = { optimizer: "momentum", dataset: "noisy_parabola" }[decides];
    return !decides || users.includes(settings[decides]) ? {} : { [decides]: usual };
  }

  function ask() {
    keep();
    lab.touch();
    clearTimeout(watchdog);
    if (!map.running) return;
    if (map.rows.length >= map.values.length) { map.running = false; return ask(); }
    ticket += 1;
    watchdog = setTimeout(() => stop("The server does not answer. Resume when it does."), SILENCE_AFTER);
    lab.ask("map-request", { ticket, settings: settingsOf(map.rows.length) });
  }

  const settingsOf = (row) => ({ ...map.settings, [map.field]: map.values[row] });

  /** An answer to a request that was cancelled, or asked before a reload, comes too late. */
  function receiveRow(answer) {
    if (!answer || answer.ticket !== ticket || !map?.running || lab.isAskedAgain("map-request", answer)) return window.dash_clientside.no_update;
    // A refusal stays so; anything else may work when it is asked for again.
    if (answer.error && !answer.field) return stop(answer.error) || window.dash_clientside.no_update;
    trouble = "";
    map.rows.push(answer.payload || { error: answer.error });
    ask();
    return window.dash_clientside.no_update;
  }

  function stop(sentence = "") {
    ticket += 1;
    trouble = sentence;
    map.running = false;
    clearTimeout(watchdog);
    keep();
    lab.touch();
  }

  function resume() {
    map.running = true;
    ask();
  }

  /** A browser that keeps nothing loses the map at a reload, and nothing else. */
  function keep() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(map));
    } catch { /* see above */ }
  }

  function recall() {
    try {
      map = JSON.parse(sessionStorage.getItem(KEY));
    } catch {
      map = null;
    }
    if (!Array.isArray(map?.rows) || !Array.isArray(map.values)) map = null;
    if (map?.running) ask();
  }

  /* ---- drawing ---- */

  const CIVIDIS = ["#00224e", "#1d3b6d", "#3f4f6e", "#5a6470", "#757875", "#928d78", "#b2a570", "#d4bf63", "#fee838"];

  /** 0 is the lowest loss, dark; 1 the highest, bright, as on the surface. */
  function cividis(part) {
    const at = Math.min(Math.max(part, 0), 1) * (CIVIDIS.length - 1);
    const [low, high] = [CIVIDIS[Math.floor(at)], CIVIDIS[Math.ceil(at)]];
    const mix = (k) => Math.round(parseInt(low.slice(k, k + 2), 16) * (1 - at % 1) + parseInt(high.slice(k, k + 2), 16) * (at % 1));
    return `rgb(${mix(1)},${mix(3)},${mix(5)})`;
  }

  /** The range of what is coloured: of losses those below the starts, of epochs all. */
  function scaleOf(rows, color) {
    const values = rows.flatMap((row) => (row.error ? [] : color === "last_loss"
      ? row.last_loss.filter((loss) => loss !== null && loss > 0 && loss <= row.start_loss)
      : row.diverged_at.filter((epoch) => epoch >= 0).map((epoch) => epoch + 1)));
    return values.length ? [Math.log(Math.min(...values)), Math.log(Math.max(...values))] : null;
  }

  function cellColor(row, run, color, scale) {
    if (!scale) return null;
    const [low, high] = scale;
    const part = (value) => (Math.log(value) - low) / (high - low || 1);
    if (color === "last_loss") {
      const loss = row.last_loss[run];
      return loss !== null && loss <= row.start_loss ? cividis(part(Math.max(loss, 1e-30))) : null;
    }
    return row.diverged_at[run] < 0 ? null : cividis(1 - part(row.diverged_at[run] + 1));
  }

  let hovered = null;

  function drawMap(sweep) {
    const chart = lab.chartIn("map", bindChart, 320);
    showButtons();
    const target = lab.slot("map-reading");
    if (!map) { target.textContent = "Nothing yet: choose a second setting and start."; chart.say(target.textContent); return; }
    const rates = sweep.learning_rates.slice(0, lab.STOPS);
    const color = lab.element("map-color").value;
    const count = map.values.length;
    const axes = chart.begin({
      x: { range: [10 ** -4.05, 10 ** 0.05], log: true, title: "learning rate" },
      y: { range: [-0.5, count - 0.5], title: lab.wordsOf(map.field), ticks: rowTicks(count), words: (row) => lab.plain(map.values[row]) },
    });
    chart.inside((context) => paintRows(context, chart, rates, color));
    outlineCurrent(axes, sweep, rates);
    const done = map.rows.length;
    const progress = lab.element("map-progress");
    progress.value = done / count;
    progress.hidden = done === count;
    const words = mapWords(done, count, color);
    target.textContent = words;
    chart.say(words, { done, count, field: map.field, running: map.running }, { map, color });
  }

  const rowTicks = (count) => {
    const every = Math.ceil(count / 10);
    return Array.from({ length: count }, (_, row) => row).filter((row) => row % every === 0);
  };

  function paintRows(context, chart, rates, color) {
    const { axes } = chart;
    const scale = scaleOf(map.rows, color);
    const edges = [...rates.slice(1).map((rate, run) => Math.sqrt(rates[run] * rate)), axes.toX(axes.right)].map((rate) => chart.snap(axes.x(rate)));
    map.rows.forEach((row, at) => {
      const [top, bottom] = [chart.snap(axes.y(at + 0.5)), chart.snap(axes.y(at - 0.5))];
      if (row.error) {
        context.fillStyle = lab.colors.muted;
        context.font = "11px system-ui, sans-serif";
        context.textAlign = "center";
        context.fillText("refused", (axes.left + axes.right) / 2, (top + bottom) / 2);
        return;
      }
      rates.forEach((rate, run) => {
        const [left, right] = [run ? edges[run - 1] : axes.left, edges[run]];
        const fill = cellColor(row, run, color, scale);
        context.fillStyle = fill || lab.colors.diverged;
        context.globalAlpha = fill ? 1 : color === "last_loss" ? 0.85 : 0.12;
        context.fillRect(left, top, right - left, bottom - top);
      });
      context.globalAlpha = 1;
      if (row.stability_edge && !lab.state.hidden.has("mark")) lab.stroke(context, [[axes.x(row.stability_edge), top], [axes.x(row.stability_edge), bottom]], { color: "#ffffff", width: 2 });
    });
  }

  /** The run on show, where the map has it. */
  function outlineCurrent(axes, sweep, rates) {
    const settings = { ...sweep.settings, learning_rate: map.settings.learning_rate };
    const row = map.values.findIndex((_, at) => Object.entries(settingsOf(at)).every(([name, value]) => settings[name] === value));
    if (row < 0 || lab.state.run >= rates.length) return;
    const { context } = axes;
    const rate = Math.log10(rates[lab.state.run]);
    context.strokeStyle = lab.colors.path;
    context.lineWidth = 2.5;
    context.strokeRect(axes.x(10 ** (rate - 0.05)), axes.y(row + 0.5), axes.x(10 ** (rate + 0.05)) - axes.x(10 ** (rate - 0.05)), axes.y(0) - axes.y(1));
  }

  function mapWords(done, count, color) {
    const refused = map.rows.find((row) => row.error);
    const lines = [];
    if (trouble) lines.push(trouble);
    if (done < count) lines.push(`${done} of ${count} rows.`);
    lines.push(takenForGranted(), scaleWords(color));
    if (map.rows.some((row) => row.stability_edge) && !lab.state.hidden.has("mark")) lines.push("White: 2/sharpness at the start, or what momentum makes of it.");
    if (hovered) lines.unshift(cellWords(hovered));
    if (refused) lines.push(refused.error);
    return lines.filter(Boolean).join(" ");
  }

  function scaleWords(color) {
    const scale = scaleOf(map.rows, color);
    if (!map.rows.length) return "";
    if (!scale) return color === "last_loss" ? "Every run ended above its start." : "No run has diverged.";
    const [low, high] = scale.map(Math.exp);
    return color === "last_loss"
      ? `Dark is a low train loss at the end (${lab.format(low, 2)}), bright a high one (${lab.format(high, 2)}); red ended above its start.`
      : `Dark diverged late (epoch ${Math.round(high) - 1}), bright early (${Math.round(low) - 1}); pale never did.`;
  }

  /** Where the second setting made the map take something else than was on show. */
  function takenForGranted() {
    const { optimizer, dataset } = map.changed || {};
    if (optimizer) return "Optimizer here: momentum, as the one on show has none.";
    return dataset ? "Data here: the noisy parabola, as those on show have no noise to set." : "";
  }

  function cellWords({ row, run }) {
    const found = map.rows[row];
    if (!found || found.error) return "";
    const loss = found.last_loss[run];
    const end = loss === null ? "overflow" : `train loss ${lab.format(loss, 4)}`;
    return `${lab.wordsOf(map.field)} ${lab.plain(map.values[row])}, learning rate ${lab.plain(lab.state.sweep.learning_rates[run])}: ${found.verdicts[run]}, ${end}.`;
  }

  /* ---- buttons ---- */

  function cellAt(chart, event) {
    const box = chart.canvas.getBoundingClientRect();
    if (!map || !chart.axes) return null;
    const row = Math.round(chart.axes.toY(event.clientY - box.top));
    const run = Math.round(lab.state.sweep.place(chart.axes.toX(event.clientX - box.left)));
    return row >= 0 && row < map.rows.length && run >= 0 && run < lab.STOPS ? { row, run } : null;
  }

  function bindChart(chart) {
    chart.canvas.classList.add("pickable");
    chart.canvas.addEventListener("pointermove", (event) => { hovered = cellAt(chart, event); lab.touch(); });
    chart.canvas.addEventListener("pointerleave", () => { hovered = null; lab.touch(); });
    chart.canvas.addEventListener("click", (event) => {
      const cell = cellAt(chart, event);
      if (cell && !map.rows[cell.row].error) lab.requestExactly({ ...settingsOf(cell.row), learning_rate: lab.state.sweep.learning_rates[cell.run] });
    });
  }

  function showButtons() {
    const isWhole = map && map.rows.length === map.values.length;
    lab.setText("map-start", map?.running ? "Cancel" : map && !isWhole ? "Resume" : "Start");
    lab.element("map-again").hidden = !map || map.running || isWhole;
    for (const name of ["map-field", "map-rows"]) lab.element(name).disabled = Boolean(map?.running);
    lab.element("map-progress").hidden = !map || isWhole;
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("#map-again")) return begin();
    if (!event.target.closest("#map-start")) return undefined;
    if (map?.running) return stop();
    return map && map.rows.length < map.values.length ? resume() : begin();
  });
  document.addEventListener("change", (event) => event.target.id === "map-color" && lab.touch());

  lab.ALWAYS.map = drawMap;
  Object.assign(lab, { recallMap: recall, receiveRow });
})(window.descentLab);
