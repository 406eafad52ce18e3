/* Places for the texts on a canvas, where no line, no point and no other text lies. What is taken
   is kept in a coarse grid over the picture, so that trying a place costs a look at a few dozen
   cells, however many points a path has. */
import { clipSegment } from "#lab/lib/geometry.mjs";
import { grown } from "#lab/views/canvas.mjs";

/**
 * @typedef {import("#types").Area} Area
 * @typedef {import("#types").Line} Line
 * @typedef {import("#types").Point} Point
 * @typedef {{width: number, height: number}} Size
 * @typedef {"right" | "left" | "above" | "below" | "above right" | "above left" | "below right"
 *   | "below left"} Side of a point
 */

const CELL = 4;

// Where a text goes if every preferred place is taken: around the first one, ever farther off.
const RINGS = 9;
const WAYS = 12;

/** @type {Record<Side, Point>} */
const WAY_OF = {
  right: [1, 0],
  left: [-1, 0],
  above: [0, -1],
  below: [0, 1],
  "above right": [1, -1],
  "above left": [-1, -1],
  "below right": [1, 1],
  "below left": [-1, 1],
};

export const SIDES = /** @type {Side[]} */ (Object.keys(WAY_OF));

/**
 * The middles of a text beside a point, in the order of the sides.
 * @param {Point} point
 * @param {Size} size
 * @param {Side[]} sides
 * @param {number} gap between the point and the text
 * @returns {Point[]}
 */
export const beside = ([x, y], { width, height }, sides = SIDES, gap = 8) =>
  sides.map((side) => {
    const [across, up] = WAY_OF[side];
    return [x + across * (width / 2 + gap), y + up * (height / 2 + gap)];
  });

/**
 * The middle nearest to a place with which a length lies between two ends, or sticks out evenly.
 * @param {number} middle
 * @param {number} length
 * @param {number} low
 * @param {number} high
 */
const fitted = (middle, length, low, high) =>
  length > high - low
    ? (low + high) / 2
    : Math.max(Math.min(middle, high - length / 2), low + length / 2);

export class Room {
  /** @param {Area} area that all texts stay in */
  constructor({ left, right, top, bottom }) {
    this.area = { left, right, top, bottom };
    this.columns = Math.max(Math.ceil((right - left) / CELL), 1);
    this.rows = Math.max(Math.ceil((bottom - top) / CELL), 1);
    this.taken = new Uint8Array(this.columns * this.rows);
  }

  /**
   * The cells of a box: the first and the last column, the first and the last row.
   * @param {Area} box
   */
  cells({ left, right, top, bottom }) {
    const { area, columns, rows } = this;
    return [
      Math.max(Math.floor((left - area.left) / CELL), 0),
      Math.min(Math.ceil((right - area.left) / CELL), columns) - 1,
      Math.max(Math.floor((top - area.top) / CELL), 0),
      Math.min(Math.ceil((bottom - area.top) / CELL), rows) - 1,
    ];
  }

  /** @param {Area} box */
  avoidBox(box) {
    const [west, east, north, south] = this.cells(box);
    for (let row = north; row <= south; row++)
      this.taken.fill(1, row * this.columns + west, row * this.columns + Math.max(east + 1, west));
    return this;
  }

  /** @param {Point} point @param {number} radius */
  avoidDot([x, y], radius) {
    const reach = grown(radius);
    return this.avoidBox({ left: x - reach, right: x + reach, top: y - reach, bottom: y + reach });
  }

  /**
   * A line, with a break at each null. Of points that are nearer to each other than half a cell the
   * first counts: a path at rest has hundreds of them.
   * @param {Line} points
   */
  avoidLine(points) {
    let last = points[0];
    for (let k = 1; k < points.length; k++) {
      const point = points[k];
      if (last && point) {
        const isNear = Math.abs(point[0] - last[0]) + Math.abs(point[1] - last[1]) < CELL / 2;
        if (isNear && k < points.length - 1) continue;
        this.avoidSegment(last, point);
      }
      last = point;
    }
    return this;
  }

  /** @param {Point} from @param {Point} to */
  avoidSegment(from, to) {
    if (this.holds(from) && this.holds(to)) {
      this.takeAlong(from[0], from[1], to[0], to[1]);
      return;
    }
    const { left, right, top, bottom } = this.area;
    const inside = clipSegment([...from, 0], [...to, 0], [left, top, -1], [right, bottom, 1]);
    if (inside) this.takeAlong(inside[0][0], inside[0][1], inside[1][0], inside[1][1]);
  }

  /** @param {Point} point */
  holds([x, y]) {
    const { left, right, top, bottom } = this.area;
    return x >= left && x <= right && y >= top && y <= bottom;
  }

  /**
   * @param {number} fromX
   * @param {number} fromY
   * @param {number} toX
   * @param {number} toY
   */
  takeAlong(fromX, fromY, toX, toY) {
    const [width, height] = [toX - fromX, toY - fromY];
    const steps = Math.ceil(Math.max(Math.abs(width), Math.abs(height)) / CELL) || 1;
    for (let k = 0; k <= steps; k++)
      this.take(fromX + (k / steps) * width, fromY + (k / steps) * height);
  }

  /** @param {number} x @param {number} y */
  take(x, y) {
    const column = Math.min(Math.floor((x - this.area.left) / CELL), this.columns - 1);
    const row = Math.min(Math.floor((y - this.area.top) / CELL), this.rows - 1);
    this.taken[row * this.columns + column] = 1;
  }

  /** How many cells of a box are taken. @param {Area} box */
  overlap(box) {
    const [west, east, north, south] = this.cells(box);
    let count = 0;
    for (let row = north; row <= south; row++)
      for (let column = west; column <= east; column++)
        count += this.taken[row * this.columns + column];
    return count;
  }

  /**
   * Places a text: at the first of the places that is free, else near them, else where it covers
   * least; and what is placed after it avoids it. Gives its middle, and whether that is free.
   * @param {Size} size
   * @param {Point[]} places its middle, the most wanted first
   * @param {boolean} isNeeded whether it is written where nothing is free, too
   * @returns {{at: Point, isFree: boolean}}
   */
  place(size, places, isNeeded = true) {
    const found = this.bestOf(size, places);
    // Far places are many, so they are tried last.
    const [best, least] = found[1]
      ? lesser(found, this.bestOf(size, rings(places[0], size)))
      : found;
    if (isNeeded || !least) this.avoidBox(boxAt(best, size));
    return { at: best, isFree: least === 0 };
  }

  /**
   * The first place that is free, else the one that covers least; and how much that is.
   * @param {Size} size
   * @param {Point[]} places
   * @returns {[Point, number]}
   */
  bestOf(size, places) {
    let [best, least] = [this.within(size, places[0]), Infinity];
    for (const place of places) {
      const at = this.within(size, place);
      const overlap = this.overlap(boxAt(at, size));
      if (overlap < least) [best, least] = [at, overlap];
      if (!least) break;
    }
    return [best, least];
  }

  /** A middle with which a text lies in the picture. @param {Size} size @param {Point} middle
   * @returns {Point} */
  within({ width, height }, [x, y]) {
    const { left, right, top, bottom } = this.area;
    return [fitted(x, width, left, right), fitted(y, height, top, bottom)];
  }
}

/** @param {[Point, number]} one @param {[Point, number]} other */
const lesser = (one, other) => (other[1] < one[1] ? other : one);

/** @param {Point} middle @param {Size} size @returns {Area} */
export const boxAt = ([x, y], { width, height }) => ({
  left: x - width / 2,
  right: x + width / 2,
  top: y - height / 2,
  bottom: y + height / 2,
});

/**
 * Places for a text at a picture's upper edge: in its middle, at its sides, a line lower, and at
 * the lower edge.
 * @param {Area} area
 * @returns {(size: Size) => Point[]}
 */
export const onTop =
  ({ left, right, top, bottom }) =>
  ({ width, height }) => {
    const [west, middle, east] = [left + width / 2 + 6, (left + right) / 2, right - width / 2 - 6];
    const rows = [top + height / 2 + 6, top + 1.6 * height + 6];
    const upper = rows.flatMap((y) =>
      [middle, west, east].map((x) => /** @type {Point} */ ([x, y])),
    );
    return [...upper, [middle, bottom - height / 2 - 6]];
  };

/** Ever farther from a place. @param {Point} place @param {Size} size @returns {Point[]} */
function rings([x, y], { height }) {
  return Array.from({ length: RINGS * WAYS }, (_, k) => {
    const radius = (1 + Math.floor(k / WAYS)) * (height + 4);
    const angle = ((k % WAYS) / WAYS) * 2 * Math.PI;
    return [x + 1.6 * radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });
}
