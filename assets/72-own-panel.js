/* The panel of one's own data: text, a file or clicked points are read by the server into a table,
   of which the person chooses columns. Points are text as well: one way for all. */
(function (lab) {
  "use strict";

  const { element, make, makeSvg, slot } = lab;
  const MOST_BYTES = 2 * 1024 * 1024;
  const TOO_LARGE = "The file is too large: at most 2 MiB are read.";
  const SILENCE_AFTER = 15000;
  const SILENCE = "The server does not answer. Your data are still here; read them again later.";
  // The chart's size, and its numbers from 0 to 10 both ways.
  const [WIDTH, HEIGHT, PAD, REACH] = [300, 190, 22, 10];
  // How near in pixels a click must be to a point to mean it.
  const NEAR = 9;

  // The file that was read last, what the server found in it, and which columns are chosen.
  let [file, table, choice] = [null, null, null];
  let [ticket, watchdog] = [0, 0];
  // On a phone the views are far above the panel: what was asked for is brought into sight.
  const NARROW = "(max-width: 767.98px)";
  let isAwaited = false;

  /* ---- reading ---- */

  function toBase64(text) {
    const bytes = new TextEncoder().encode(text);
    let binary = "";
    for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(binary);
  }

  function say(sentence, isProblem = false) {
    if (!element("own-note")) return;
    lab.setText("own-note", sentence);
    element("own-note").classList.toggle("problem", isProblem);
    if (isProblem) element("own-note").scrollIntoView({ block: "nearest" });
  }

  function read(content, name) {
    file = { content, name };
    ticket += 1;
    say("reading …");
    clearTimeout(watchdog);
    watchdog = setTimeout(() => { ticket += 1; say(SILENCE); }, SILENCE_AFTER);
    window.dash_clientside.set_props("own-request", { data: { ticket, ...file } });
  }

  function readText() {
    const text = element("own-text").value;
    if (new Blob([text]).size > MOST_BYTES) return say(TOO_LARGE, true);
    return read(toBase64(text), "");
  }

  function readFile(chosen) {
    if (!chosen) return;
    if (chosen.size > MOST_BYTES) { say(TOO_LARGE, true); return; }
    const reader = new FileReader();
    reader.addEventListener("load", () => read(reader.result.split(",")[1] || "", chosen.name));
    reader.addEventListener("error", () => say("This file cannot be opened."));
    reader.readAsDataURL(chosen);
  }

  /** One of the app's own files; its text is shown to be looked at and changed. */
  async function openExample(name) {
    try {
      const text = await (await fetch(addressOf(name))).text();
      element("own-text").value = text;
      read(toBase64(text), `${name}.csv`);
    } catch {
      say(SILENCE);
    }
  }

  const addressOf = (name) => `assets/examples/${name}.csv`;

  /** What cannot be read leaves the table before it as it is. */
  function receiveTable(answer) {
    if (!answer || answer.ticket !== ticket) return window.dash_clientside.no_update;
    clearTimeout(watchdog);
    if (answer.error) say(answer.error, true);
    else adopt(answer.table);
    return window.dash_clientside.no_update;
  }

  function adopt(found) {
    table = { ...found, file, number: ticket };
    const target = found.numeric.at(-1);
    choice = { target, predictors: [found.numeric[0]], standardize: choice?.standardize || false };
    say("");
    lab.touch();
    requestAnimationFrame(() => slot("own-table")?.scrollIntoView({ block: "nearest" }));
  }

  /* ---- choosing ---- */

  function fit() {
    if (!choice.predictors.length) return say("Choose at least one predictor.");
    const { content, name } = table.file;
    isAwaited = true;
    return lab.request({ dataset: "own", data_token: lab.keepOwn({ content, name, ...choice }) });
  }

  function standardize() {
    const now = lab.ownChoice(lab.state.sweep.settings.data_token);
    if (!now) return;
    if (choice && table?.file.content === now.content) choice.standardize = true;
    lab.request({ dataset: "own", data_token: lab.keepOwn({ ...now, standardize: true }) });
  }

  function chooseTarget(name) {
    choice.target = name;
    choice.predictors = choice.predictors.filter((one) => one !== name);
    if (!choice.predictors.length) choice.predictors = [table.numeric.find((one) => one !== name)];
    lab.touch();
  }

  function choosePredictor(name, isChosen) {
    choice.predictors = table.numeric.filter((one) => (one === name ? isChosen : choice.predictors.includes(one)));
    say(choice.predictors.length > 10 ? "At most 10 predictors." : "");
  }

  /* ---- drawing ---- */

  function draw(sweep) {
    drawFile();
    drawChart();
    const target = slot("own-table");
    const key = table ? JSON.stringify([table.number, choice.target, sweep.sweep_id, sweep.data_info?.notes]) : "";
    if (target.dataset.key === key && (target.firstChild || !table)) return;
    target.dataset.key = key;
    target.replaceChildren(...(table ? layTable(sweep) : []));
    if (sweep.data_info) showFitted(sweep);
  }

  function showFitted({ data_info: own, predictor_names: names }) {
    say(`On show: ${own.target} from ${names.join(", ")}; ${own.example_count} examples.`);
    if (isAwaited && window.matchMedia(NARROW).matches) document.querySelector(".views").scrollIntoView();
    isAwaited = false;
  }

  function drawFile() {
    const target = slot("own-file");
    if (target.firstChild) return;
    const input = make("input", { type: "file", id: "own-file", accept: ".csv,.tsv,.txt,text/csv,text/plain", className: "form-control" });
    input.setAttribute("aria-label", "open a CSV file");
    input.addEventListener("change", () => { readFile(input.files[0]); input.value = ""; });
    target.append(input);
    document.querySelectorAll("[data-save]").forEach((link) => (link.href = addressOf(link.dataset.save)));
    for (const panel of document.querySelectorAll('[data-panel="own-data"]')) bindDrop(panel);
  }

  /** A file may also be dropped anywhere on the panel. */
  function bindDrop(panel) {
    panel.addEventListener("dragover", (event) => event.preventDefault());
    panel.addEventListener("drop", (event) => {
      event.preventDefault();
      readFile(event.dataTransfer.files[0]);
    });
  }

  function layTable(sweep) {
    const { label, rows, separator, decimal, has_header: hasHeader, head, columns, notes } = table;
    const words = `${label}: ${rows} rows, ${columns.length} columns; ${separator}, decimal ${decimal}, ${hasHeader ? "with" : "without"} a header.`;
    const line = (cells, tag) => make("tr", {}, cells.map((cell) => make(tag, { textContent: cell })));
    const scroller = make("div", { className: "own-head", tabIndex: 0 }, [
      make("table", {}, [make("thead", {}, [line(columns, "th")]), make("tbody", {}, head.map((cells) => line(cells, "td")))]),
    ]);
    scroller.setAttribute("role", "region");
    scroller.setAttribute("aria-label", "first rows");
    const button = make("button", { id: "own-fit", className: "btn btn-primary play wide", textContent: "Fit these data" });
    button.addEventListener("click", fit);
    const about = sweep.data_info ? sweep.data_info.notes : [];
    return [
      make("p", { textContent: words }), scroller, targetChoice(), predictorChoice(), scaleChoice(), button,
      ...[...new Set([...notes, ...about])].map((note) => make("p", { className: "own-words", textContent: note })),
    ];
  }

  function targetChoice() {
    const menu = make("select", { id: "own-target", className: "form-select" }, table.numeric.map((name) => make("option", { value: name, textContent: name })));
    menu.value = choice.target;
    menu.addEventListener("change", () => chooseTarget(menu.value));
    return make("div", {}, [make("label", { htmlFor: "own-target", textContent: "Predict" }), menu]);
  }

  function predictorChoice() {
    const boxes = table.numeric.filter((name) => name !== choice.target).map((name) => {
      const box = make("input", { type: "checkbox", className: "form-check-input", checked: choice.predictors.includes(name), value: name });
      box.addEventListener("change", () => choosePredictor(name, box.checked));
      return make("label", { className: "own-predictor" }, [box, name]);
    });
    return make("fieldset", { className: "own-predictors" }, [make("legend", { textContent: "from, at most 10" }), ...boxes]);
  }

  function scaleChoice() {
    const box = make("input", { type: "checkbox", id: "own-standardize", className: "form-check-input", checked: choice.standardize });
    box.setAttribute("role", "switch");
    box.addEventListener("change", () => (choice.standardize = box.checked));
    return make("label", { className: "own-predictor form-switch" }, [box, "Standardise: each column to mean 0 and standard deviation 1"]);
  }

  /* ---- points ---- */

  const LINE = /^\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*$/;

  /** The text as points, or null where it is another table. */
  function points() {
    const lines = element("own-text").value.split("\n").filter((line) => line.trim());
    if (lines.length && lines[0].trim() === "x,y") lines.shift();
    const found = lines.map((line) => LINE.exec(line)?.slice(1).map(Number));
    return found.every((point) => point && point.every((value) => value <= REACH)) ? found : null;
  }

  const toX = (x) => PAD + (x / REACH) * (WIDTH - 2 * PAD);
  const toY = (y) => HEIGHT - PAD - (y / REACH) * (HEIGHT - 2 * PAD);

  function drawChart() {
    const target = slot("own-chart");
    const { value } = element("own-text");
    if (target.firstChild && target.dataset.text === value) return;
    target.dataset.text = value;
    const svg = (tag, attributes, text = "") => {
      const made = makeSvg(tag, attributes);
      made.textContent = text;
      return made;
    };
    const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "own-chart", role: "img", "aria-label": "points; type them as text, one line each, as an alternative" });
    for (const end of [0, 5, 10]) {
      chart.append(svg("path", { d: `M${toX(end)} ${toY(0)}V${toY(REACH)}M${toX(0)} ${toY(end)}H${toX(REACH)}` }));
      chart.append(svg("text", { x: toX(end), y: HEIGHT - 6, "text-anchor": "middle" }, end), svg("text", { x: PAD - 6, y: toY(end) + 4, "text-anchor": "end" }, end));
    }
    for (const [x, y] of points() || []) chart.append(svg("circle", { cx: toX(x), cy: toY(y), r: 5 }));
    chart.addEventListener("click", (event) => click(chart, event));
    target.replaceChildren(chart);
  }

  function click(chart, event) {
    const box = chart.getBoundingClientRect();
    const [across, up] = [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
    const before = points();
    if (!before) { say("There is another table in the text above: clear it first."); return; }
    const kept = before.filter(([x, y]) => Math.hypot(toX(x) - across, toY(y) - up) > NEAR);
    const inside = (value) => Math.min(Math.max(Math.round(value * 10) / 10, 0), REACH);
    if (kept.length === before.length) kept.push([inside(((across - PAD) / (WIDTH - 2 * PAD)) * REACH), inside(((HEIGHT - PAD - up) / (HEIGHT - 2 * PAD)) * REACH)]);
    element("own-text").value = kept.length ? `x,y\n${kept.map((point) => point.join(",")).join("\n")}\n` : "";
    // From three points on there is something to fit: what can be chosen is laid out at once.
    if (kept.length >= 3) readText();
    else say("It takes three points.");
    lab.touch();
  }

  document.addEventListener("click", (event) => {
    const example = event.target.closest("[data-example]");
    if (example) openExample(example.dataset.example);
    if (event.target.closest("#own-read")) readText();
    if (event.target.closest("#standardize")) standardize();
  });
  document.addEventListener("input", (event) => event.target.id === "own-text" && lab.touch());

  lab.ALWAYS["own-data"] = draw;
  window.dash_clientside.descentLab.receiveTable = receiveTable;
})(window.descentLab);
