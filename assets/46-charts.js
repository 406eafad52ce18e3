/* Charts of the side panels: a canvas with its own axes. Their ranges move with the playhead, at
   every frame, which Plotly could not follow. What they show is said in words below each. */
(function (lab) {
  "use strict";

  const FONT = "12px system-ui, sans-serif";
  const MARGIN = { left: 58, right: 12, top: 10, bottom: 40 };
  const log10 = Math.log10;

  /** Decades, with 2 and 5 between them where there are few. */
  function logTicks([low, high]) {
    const span = log10(high / low);
    if (span < 0.7) return evenTicks([low, high]);
    const steps = span > 3 ? [1] : span > 1.2 ? [1, 3] : [1, 2, 3, 5, 7];
    const ticks = [];
    for (let decade = Math.floor(log10(low)); decade <= Math.ceil(log10(high)); decade++) {
      for (const step of steps) ticks.push(Number(`${step}e${decade}`));
    }
    return ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
  }

  /** About five round numbers. */
  function evenTicks([low, high]) {
    const rough = (high - low) / 5;
    const power = 10 ** Math.floor(log10(rough));
    const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
    const first = Math.ceil(low / step - 1e-9);
    return Array.from({ length: Math.max(Math.floor(high / step + 1e-9) - first + 1, 0) }, (_, k) => Number(((first + k) * step).toPrecision(12)));
  }

  const short = (value) => (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e5) ? lab.format(value, 1).replace(/^1\.00 × /, "").replace(/\.00 ×/, " ×") : lab.plain(value).replace("-", "−"));

  class Chart {
    constructor(host, height = 250) {
      this.canvas = host.appendChild(document.createElement("canvas"));
      this.canvas.className = "chart";
      this.canvas.style.height = `${height}px`;
      this.canvas.setAttribute("role", "img");
      this.context = this.canvas.getContext("2d");
    }

    /** A clean canvas with axes; each axis is {range, log, title, ticks, words}. */
    begin({ x, y }) {
      const ratio = window.devicePixelRatio || 1;
      const { clientWidth: width, clientHeight: height } = this.canvas;
      for (const [side, size] of [["width", width], ["height", height]]) {
        if (this.canvas[side] !== Math.round(size * ratio)) this.canvas[side] = Math.round(size * ratio);
      }
      const { context } = this;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      const area = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom };
      const scaled = (axis, from, to) => {
        const place = axis.log ? log10 : (value) => value;
        const [low, high] = axis.range.map(place);
        return {
          to: (value) => lab.tame(from + ((place(value) - low) / (high - low)) * (to - from)),
          back: (pixel) => { const at = low + ((pixel - from) / (to - from)) * (high - low); return axis.log ? 10 ** at : at; },
        };
      };
      const [across, up] = [scaled(x, area.left, area.right), scaled(y, area.bottom, area.top)];
      this.axes = Object.assign(area, { x: across.to, y: up.to, toX: across.back, toY: up.back, context });
      this.drawAxes(x, y);
      return this.axes;
    }

    drawAxes(x, y) {
      const { context, axes } = this;
      const { colors } = lab;
      context.font = FONT;
      context.lineWidth = 1;
      context.strokeStyle = colors.grid;
      context.fillStyle = colors.muted;
      context.textBaseline = "middle";
      for (const tick of y.ticks || (y.log ? logTicks : evenTicks)(y.range)) {
        const at = axes.y(tick);
        line(context, axes.left, at, axes.right, at);
        context.textAlign = "right";
        context.fillText(y.words ? y.words(tick) : short(tick), axes.left - 6, at);
      }
      let taken = -Infinity;
      for (const tick of x.ticks || (x.log ? logTicks : evenTicks)(x.range)) {
        const at = axes.x(tick);
        line(context, at, axes.top, at, axes.bottom);
        context.textAlign = "center";
        const text = x.words ? x.words(tick) : short(tick);
        const half = context.measureText(text).width / 2;
        // A label that would touch the last one is left out; its line stays.
        if (at - half < taken + 6) continue;
        context.fillText(text, Math.min(at, axes.right + MARGIN.right - half), axes.bottom + 11);
        taken = at + half;
      }
      context.fillStyle = colors.text;
      context.textAlign = "center";
      context.fillText(x.title, (axes.left + axes.right) / 2, axes.bottom + 29);
      context.save();
      context.translate(9, (axes.top + axes.bottom) / 2);
      context.rotate(-Math.PI / 2);
      context.fillText(y.title, 0, 0);
      context.restore();
    }

    /** Draws clipped to the axes' rectangle. */
    inside(draw) {
      const { context, axes } = this;
      context.save();
      context.beginPath();
      context.rect(axes.left, axes.top, axes.right - axes.left, axes.bottom - axes.top);
      context.clip();
      draw(context, axes);
      context.restore();
    }

    /** A vertical line at a value, named at its top. */
    mark(value, text, color, { dash = [5, 4], row = 0 } = {}) {
      const { context, axes } = this;
      const x = axes.x(value);
      if (!(x >= axes.left - 1 && x <= axes.right + 1)) return;
      lab.stroke(context, [[x, axes.top], [x, axes.bottom]], { color, width: 1.5, dash });
      context.font = `600 ${FONT}`;
      const fits = x + 5 + context.measureText(text).width < axes.right;
      lab.label(context, text, fits ? x + 5 : x - 5, axes.top + 9 + 16 * row, { color, align: fits ? "left" : "right" });
    }

    /** The nearest edge of a device pixel: neighbours that share an edge leave no seam. */
    snap(pixel) {
      const ratio = window.devicePixelRatio || 1;
      return Math.round(pixel * ratio) / ratio;
    }

    /** What a screen reader says, the numbers for whoever checks them, and what the chart is drawn
        of, for its sentence and its table. */
    say(text, numbers = {}, shown = null) {
      this.shown = shown;
      this.canvas.setAttribute("aria-label", text);
      for (const [name, value] of Object.entries(numbers)) this.canvas.dataset[name] = String(value);
    }

    /** Calls back with the data value under a click or a drag. */
    onPick(pick) {
      const tell = (event) => {
        const box = this.canvas.getBoundingClientRect();
        if (this.axes) pick(this.axes.toX(event.clientX - box.left), this.axes.toY(event.clientY - box.top));
      };
      this.canvas.addEventListener("pointerdown", (event) => { tell(event); this.canvas.setPointerCapture(event.pointerId); });
      this.canvas.addEventListener("pointermove", (event) => event.buttons && tell(event));
      this.canvas.classList.add("pickable");
    }
  }

  function line(context, fromX, fromY, toX, toY) {
    context.beginPath();
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
    context.stroke();
  }

  /** The chart of a slot, made when the slot is new. */
  const charts = new WeakMap();
  function chartIn(name, setUp = () => {}, height) {
    const target = lab.slot(name);
    if (!charts.has(target)) {
      charts.set(target, new Chart(target, height));
      setUp(charts.get(target));
    }
    return charts.get(target);
  }

  Object.assign(lab, { chartIn });
})(window.descentLab);
