/* Arrays as app/exports/payload.py encodes them, and the surface between its grid points. */

/** @typedef {import("#types").Encoded} Encoded */

// Of a scaled array: its numbers from 1 to STEPS + 1, and what lies beyond them.
export const STEPS = 65532;
const [BELOW, ABOVE, MISSING] = [0, 65534, 65535];
const TYPES = { "<f4": Float32Array, "<i4": Int32Array, "<u2": Uint16Array };

/** Base64 as bytes, natively where the browser can. @param {string} text */
export const bytesOf = (text) =>
  "fromBase64" in Uint8Array
    ? /** @type {{fromBase64(text: string): Uint8Array}} */ (Uint8Array).fromBase64(text)
    : Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

const WORD = 4;

/**
 * A payload from its block, see app/exports/block.py: each array in it gets its `bytes`, and one of
 * Plotly's its `bdata`.
 * @param {string} block
 * @returns {any}
 */
export function unpack(block) {
  const bytes = bytesOf(block);
  const length = new DataView(bytes.buffer).getUint32(bytes.byteOffset, true);
  const arrays = bytes.subarray(WORD + length);
  const header = new TextDecoder().decode(bytes.subarray(WORD, WORD + length));
  return JSON.parse(header, (_, part) =>
    typeof part?.at === "number" ? withArray(part, arrays) : part,
  );
}

/** @param {any} part @param {Uint8Array} arrays */
function withArray(part, arrays) {
  const bytes = arrays.subarray(part.at, part.at + part.size);
  return "along" in part ? { ...part, bytes } : { ...part, bdata: bytes.slice().buffer };
}

/**
 * Sums integer differences back along one axis, in place; they wrap as they did when made.
 * @param {Uint16Array | Uint32Array} bits
 * @param {number[]} shape
 * @param {number} along
 */
function accumulate(bits, shape, along) {
  const inner = shape.slice(along + 1).reduce((a, b) => a * b, 1);
  const block = inner * shape[along];
  for (let start = 0; start < bits.length; start += block) {
    for (let at = start + inner; at < start + block; at++) bits[at] += bits[at - inner];
  }
}

/**
 * All first bytes, then all second ones, ... -> number by number.
 * @param {Uint8Array} raw
 * @param {number} size bytes a number
 */
function unshuffle(raw, size) {
  const count = raw.length / size;
  const bytes = new Uint8Array(raw.length);
  for (let byte = 0; byte < size; byte++) {
    for (let at = byte * count, to = byte; to < bytes.length; at++, to += size) bytes[to] = raw[at];
  }
  return bytes;
}

/**
 * The numbers of an array, row-major.
 * @param {Encoded} encoded
 * @returns {{values: Float32Array | Int32Array | Uint16Array, shape: number[]}}
 */
export function decode(encoded) {
  const size = Number(encoded.dtype.slice(2));
  const { buffer } = unshuffle(encoded.bytes, size);
  const bits = size === 2 ? new Uint16Array(buffer) : new Uint32Array(buffer);
  if (encoded.along !== null) accumulate(bits, encoded.shape, encoded.along);
  const values = encoded.range ? unscale(bits, encoded.range) : new TYPES[encoded.dtype](buffer);
  return { values, shape: encoded.shape };
}

/** The same of float32. @param {Encoded} encoded */
export const floats = (encoded) => /** @type {Float32Array} */ (decode(encoded).values);

/**
 * What was beyond the range is infinite: how far is not known.
 * @param {Uint16Array | Uint32Array} bits
 * @param {number[]} range
 */
function unscale(bits, [low, high]) {
  const step = (high - low) / STEPS;
  const values = new Float32Array(bits.length);
  for (let at = 0; at < bits.length; at++) {
    const bit = bits[at];
    if (bit === BELOW) values[at] = -Infinity;
    else if (bit < ABOVE) values[at] = low + (bit - 1) * step;
    else values[at] = bit === MISSING ? NaN : Infinity;
  }
  return values;
}

/** The numbers of Plotly's own form, as the figures carry it.
 * @param {{dtype: string, bdata: ArrayBuffer}} encoded */
export const floatsOf = ({ dtype, bdata }) =>
  dtype === "f8" ? Float32Array.from(new Float64Array(bdata)) : new Float32Array(bdata);

/**
 * @param {number} a @param {number} b @param {number} c @param {number} d
 * @param {number} t between b, 0, and c, 1
 */
function catmullRom(a, b, c, d, t) {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** The loss on the plane between grid points: exact where it is quadratic. */
export class Grid {
  /**
   * @param {Float32Array} values (row, column) of a square grid
   * @param {import("#types").Box} box
   */
  constructor(values, box) {
    this.values = values;
    this.size = Math.round(Math.sqrt(values.length));
    this.box = box;
  }

  /** @param {number} first @param {number} second */
  at(first, second) {
    const [column, s] = this.cell(first, this.box.first);
    const [row, t] = this.cell(second, this.box.second);
    const along = (/** @type {number} */ k) => this.alongRow(row + k, column, s);
    return catmullRom(along(-1), along(0), along(1), along(2), t);
  }

  /**
   * The cell that holds a coordinate (the outermost one beyond the border) and the place in it.
   * @param {number} value
   * @param {number[]} range
   */
  cell(value, [low, high]) {
    const place = ((value - low) / (high - low)) * (this.size - 1);
    const cell = Math.min(Math.max(Math.floor(place), 1), this.size - 3);
    return [cell, place - cell];
  }

  /** @param {number} row @param {number} column @param {number} s */
  alongRow(row, column, s) {
    const at = row * this.size + column;
    const v = this.values;
    return catmullRom(v[at - 1], v[at], v[at + 1], v[at + 2], s);
  }
}
