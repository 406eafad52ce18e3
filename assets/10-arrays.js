/* Arrays as app/exports/payload.py encodes them, and the surface between its grid points.
   One namespace for all modules of the page; files load in the order of their numbers. */
window.descentLab = window.descentLab || {};

(function (lab) {
  "use strict";

  const MISSING = 65535;
  const STEPS = 65534;

  /** Sums integer differences back along one axis, in place; they wrap as they did when made. */
  function accumulate(bits, shape, along) {
    const inner = shape.slice(along + 1).reduce((a, b) => a * b, 1);
    const block = inner * shape[along];
    for (let start = 0; start < bits.length; start += block) {
      for (let at = start + inner; at < start + block; at++) bits[at] += bits[at - inner];
    }
  }

  /** {dtype, shape, along, data} -> a typed array (row-major), with its shape. */
  function decode(encoded) {
    const raw = Uint8Array.from(atob(encoded.data), (character) => character.charCodeAt(0));
    const size = Number(encoded.dtype.slice(2));
    const count = raw.length / size;
    const bytes = new Uint8Array(raw.length);
    for (let byte = 0; byte < size; byte++) {
      for (let at = 0; at < count; at++) bytes[at * size + byte] = raw[byte * count + at];
    }
    const bits = size === 2 ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer);
    if (encoded.along !== null) accumulate(bits, encoded.shape, encoded.along);
    const typed = { "<f4": Float32Array, "<i4": Int32Array, "<u2": Uint16Array }[encoded.dtype];
    const values = encoded.range ? unscale(bits, encoded.range) : new typed(bits.buffer);
    return { values, shape: encoded.shape };
  }

  function unscale(bits, [low, high]) {
    const scale = (high - low) / STEPS;
    return Float32Array.from(bits, (step) => (step === MISSING ? NaN : low + step * scale));
  }

  /** Plotly's own {dtype, bdata} of float32, as the figures carry it. */
  function decodePlotly(encoded) {
    const raw = Uint8Array.from(atob(encoded.bdata), (character) => character.charCodeAt(0));
    return new Float32Array(raw.buffer);
  }

  function catmullRom(a, b, c, d, t) {
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
  }

  /** The loss on the plane between grid points: exact where it is quadratic. */
  class Grid {
    constructor(values, box) {
      this.values = values;
      this.size = Math.round(Math.sqrt(values.length));
      this.box = box;
    }

    at(first, second) {
      const [column, s] = this.cell(first, this.box.first);
      const [row, t] = this.cell(second, this.box.second);
      const rows = [-1, 0, 1, 2].map((k) => this.alongRow(row + k, column, s));
      return catmullRom(...rows, t);
    }

    /** The cell that holds a coordinate (the outermost one beyond the border) and the place in it. */
    cell(value, [low, high]) {
      const place = ((value - low) / (high - low)) * (this.size - 1);
      const cell = Math.min(Math.max(Math.floor(place), 1), this.size - 3);
      return [cell, place - cell];
    }

    alongRow(row, column, s) {
      const at = row * this.size + column;
      const v = this.values;
      return catmullRom(v[at - 1], v[at], v[at + 1], v[at + 2], s);
    }
  }

  Object.assign(lab, { decode, decodePlotly, Grid });
})(window.descentLab);
