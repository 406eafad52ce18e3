/* Where texts on a picture go: beside what they name, and on nothing else that is drawn. */
import { font, label, size } from "#lab/views/canvas.mjs";

/**
 * @typedef {import("#types").Area} Area
 * @typedef {import("#types").Line} Line
 * @typedef {import("#types").Point} Point
 */

// Ways from a point to its text, the best first: across and up, in steps.
const WAYS = [
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
];
const DISTANCES = [15, 26, 40];
// How near to each other the points of a line are looked at, and how much farther off it may lie.
const [APART, SAMPLES] = [5, 400];
// What a text costs that lies on another, or leaves the picture, in points under it.
const [ON_TEXT, OUTSIDE] = [50, 1000];

/** What is taken of a picture. */
export class Room {
  /** @param {Area} area */
  constructor(area) {
    this.area = area;
    /** @type {Point[]} */
    this.points = [];
    /** @type {Area[]} */
    this.boxes = [];
  }

  /** A line or a path, with breaks. @param {Line} line */
  takeLine(line) {
    for (let k = 1; k < line.length; k++) {
      const [from, to] = [line[k - 1], line[k]];
      if (from && to) this.#takeSegment(from, to);
    }
  }

  /** @param {Point} from @param {Point} to */
  #takeSegment(from, to) {
    const { left, right, top, bottom } = this.area;
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const count = Math.min(Math.ceil(length / APART), SAMPLES);
    for (let k = 0; k <= count; k++) {
      const share = count ? k / count : 0;
      const x = from[0] + share * (to[0] - from[0]);
      const y = from[1] + share * (to[1] - from[1]);
      if (x >= left && x <= right && y >= top && y <= bottom) this.points.push([x, y]);
    }
  }

  /** A dot, a star or a text of someone else's. @param {Point} middle @param {number} width
   * @param {number} height */
  takeBox([x, y], width, height) {
    const [across, up] = [width / 2, height / 2];
    this.boxes.push({ left: x - across, right: x + across, top: y - up, bottom: y + up });
  }

  /**
   * Writes a text beside a point where it lies on nothing, and takes that room.
   * @param {CanvasRenderingContext2D} context
   * @param {string[]} texts the first of them that has room, else the last
   * @param {Point} at
   * @param {{color: string, halo?: string}} look
   */
  label(context, texts, at, look) {
    context.font = font();
    const places = texts.map((text) => {
      const half = context.measureText(text).width / 2;
      return { text, ...this.#freeBox(at, half, 0.65 * size()) };
    });
    const { text, box } = places.find(({ cost }) => !cost) ?? places[places.length - 1];
    this.boxes.push(box);
    label(context, text, (box.left + box.right) / 2, (box.top + box.bottom) / 2, {
      ...look,
      align: "center",
    });
  }

  /** @param {Point} at @param {number} half of its width @param {number} up half of its height */
  #freeBox(at, half, up) {
    let best = { box: boxAt(at, half, up), cost: Infinity };
    for (const distance of DISTANCES) {
      for (const [across, down] of WAYS) {
        const far = distance / Math.hypot(across, down);
        /** @type {Point} */
        const middle = [at[0] + across * (far + half), at[1] + down * (far + up)];
        const box = this.#inside(boxAt(middle, half, up));
        const cost = this.#cost(box, at);
        if (cost < best.cost) best = { box, cost };
        if (!cost) return best;
      }
    }
    return best;
  }

  /** A box moved into the picture. @param {Area} box @returns {Area} */
  #inside({ left, right, top, bottom }) {
    const { area } = this;
    const across = Math.max(area.left + 4 - left, 0) - Math.max(right - area.right + 4, 0);
    const down = Math.max(area.top + 3 - top, 0) - Math.max(bottom - area.bottom + 3, 0);
    return { left: left + across, right: right + across, top: top + down, bottom: bottom + down };
  }

  /** @param {Area} box @param {Point} at */
  #cost(box, at) {
    const own = isIn(at, box, 5) ? OUTSIDE : 0;
    const texts = this.boxes.filter((one) => overlap(one, box)).length;
    return own + ON_TEXT * texts + this.points.filter((point) => isIn(point, box, 3)).length;
  }
}

/** @param {Point} middle @param {number} half @param {number} up @returns {Area} */
const boxAt = ([x, y], half, up) => ({
  left: x - half,
  right: x + half,
  top: y - up,
  bottom: y + up,
});

/** @param {Point} point @param {Area} box @param {number} room around it */
const isIn = ([x, y], { left, right, top, bottom }, room) =>
  x > left - room && x < right + room && y > top - room && y < bottom + room;

/** @param {Area} one @param {Area} other */
const overlap = (one, other) =>
  one.left < other.right &&
  other.left < one.right &&
  one.top < other.bottom &&
  other.top < one.bottom;
