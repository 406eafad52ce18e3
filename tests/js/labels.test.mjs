import assert from "node:assert/strict";
import test from "node:test";
import "./setup.mjs";
import { inTwoLines } from "#lab/lib/format.mjs";
import { Room, beside, boxAt, onTop } from "#lab/views/labels.mjs";

/** @typedef {import("#types").Point} Point */

const AREA = { left: 60, right: 360, top: 20, bottom: 220 };
const TEXT = { width: 80, height: 16 };

/** @param {Point} middle */
const box = (middle, size = TEXT) => boxAt(middle, size);

/** Whether a point of a line, taken every half pixel, lies in a box.
 * @param {Point} from @param {Point} to @param {import("#types").Area} inside */
function crosses([fromX, fromY], [toX, toY], { left, right, top, bottom }) {
  const steps = 2 * Math.hypot(toX - fromX, toY - fromY);
  return Array.from({ length: steps }, (_, k) => [
    fromX + (k / steps) * (toX - fromX),
    fromY + (k / steps) * (toY - fromY),
  ]).some(([x, y]) => x > left && x < right && y > top && y < bottom);
}

test("a text goes to the first side that is wanted, at the gap from its point", () => {
  const { at, isFree } = new Room(AREA).place(TEXT, beside([200, 100], TEXT, ["left"], 10));
  assert.ok(isFree);
  assert.deepEqual(at, [150, 100]);
  assert.equal(box(at).right, 190);
});

test("a text leaves a line alone, also one whose points are far apart", () => {
  for (const line of /** @type {[Point, Point][]} */ ([
    [
      [200, 100],
      [360, 100],
    ],
    [
      [-1e5, 100],
      [1e5, 100],
    ],
    [
      [240, -1e5],
      [240, 1e5],
    ],
    [
      [60, 220],
      [360, 20],
    ],
  ])) {
    const room = new Room(AREA).avoidLine(line);
    const { at, isFree } = room.place(TEXT, beside([200, 100], TEXT));
    assert.ok(isFree);
    assert.ok(!crosses(...line, box(at)), `${line} and ${at}`);
  }
});

test("a line is open at its breaks", () => {
  const open = new Room(AREA).avoidLine([[100, 100], null, [300, 100]]);
  assert.equal(open.overlap({ left: 90, right: 310, top: 90, bottom: 110 }), 0);
});

test("texts do not lie on each other, nor on points", () => {
  const room = new Room(AREA).avoidDot([200, 100], 6);
  const placed = Array.from({ length: 9 }, () => {
    const { at, isFree } = room.place(TEXT, beside([200, 100], TEXT));
    assert.ok(isFree);
    return box(at);
  });
  placed.forEach((one, k) => {
    assert.ok(!crosses([194, 100], [206, 100], one));
    for (const other of placed.slice(0, k)) {
      const [wide, high] = [
        Math.min(one.right, other.right) - Math.max(one.left, other.left),
        Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top),
      ];
      assert.ok(wide <= 0 || high <= 0);
    }
  });
});

test("a text stays in the picture, wherever its point is", () => {
  for (const [x, y] of /** @type {Point[]} */ ([
    [60, 20],
    [360, 220],
    [1e5, -1e5],
  ])) {
    const { at } = new Room(AREA).place(TEXT, beside([x, y], TEXT, ["right"]));
    const { left, right, top, bottom } = box(at);
    assert.ok(left >= AREA.left && right <= AREA.right, `${left} to ${right}`);
    assert.ok(top >= AREA.top && bottom <= AREA.bottom, `${top} to ${bottom}`);
  }
});

test("where all is taken a text is said not to be free, and takes no room unless it is needed", () => {
  const full = () => new Room({ left: 0, right: 100, top: 0, bottom: 40 }).avoidDot([50, 20], 60);
  assert.equal(full().place(TEXT, [[50, 20]]).isFree, false);
  const room = new Room({ left: 0, right: 100, top: 0, bottom: 40 }).avoidDot([50, 20], 4);
  const size = { width: 98, height: 38 };
  const before = room.overlap({ left: 0, right: 100, top: 0, bottom: 40 });
  assert.equal(room.place(size, [[50, 20]], false).isFree, false);
  assert.equal(room.overlap({ left: 0, right: 100, top: 0, bottom: 40 }), before);
  room.place(size, [[50, 20]]);
  assert.ok(room.overlap({ left: 0, right: 100, top: 0, bottom: 40 }) > before);
});

test("of places that are all taken, the one that covers least", () => {
  const room = new Room({ left: 0, right: 80, top: 0, bottom: 48 });
  for (let y = 0; y < 48; y += 4) room.avoidSegment([20, y], [60, y]);
  for (let y = 0; y < 24; y += 4) room.avoidSegment([0, y], [80, y]);
  const { at } = room.place({ width: 80, height: 16 }, [[40, 8]]);
  assert.ok(at[1] > 24, `${at}`);
});

test("a long text is broken where its halves are most alike", () => {
  const text = "best run that stayed below its start";
  assert.equal(inTwoLines(text), "best run that stayed\nbelow its start");
  assert.equal(inTwoLines("start"), "start");
});

test("a text wider than the picture sticks out on both sides alike", () => {
  const { at, isFree } = new Room(AREA).place({ width: 340, height: 16 }, [[70, 100]]);
  assert.equal(at[0], 210);
  assert.ok(isFree);
});

test("a text on top goes to a side, and then lower, where its middle is taken", () => {
  const places = onTop(AREA)(TEXT);
  const room = new Room(AREA);
  assert.deepEqual(room.place(TEXT, places).at, [210, 34]);
  assert.deepEqual(room.place(TEXT, places).at, [106, 34]);
  assert.deepEqual(room.place(TEXT, places).at, [314, 34]);
  assert.ok(room.place(TEXT, places).at[1] > 50);
});
