import assert from "node:assert/strict";
import test from "node:test";
import "./setup.mjs";
import { evenTicks } from "#lab/lib/ticks.mjs";
import { cutTitles, fittingTitle, lossThatFits, thinTicks, widenLeft } from "#lab/views/titles.mjs";

test("a title is cut in its middle where its axis has no room for it", () => {
  const name = "a long column name that nobody can read";
  assert.equal(fittingTitle(name, 1000, 12), name);
  const short = fittingTitle(name, 150, 12);
  assert.match(short, /^a long.*….*read$/);
  assert.ok(short.length * 0.56 * 12 <= 150);
});

test("what Plotly would take for markup or mathematics stays text when it is cut", () => {
  const short = fittingTitle("&lt;b&gt; costs &#36;5 &amp; more, and a good deal more", 120, 12);
  assert.match(short, /^&lt;b&gt; /);
  assert.ok(!/[<$]/.test(short.replace("&#36;", "")));
  assert.ok(!/&(?!amp;|lt;|gt;|#36;)/.test(short));
});

test("each of two axes has its own length", () => {
  const title = () => ({ title: { text: "twenty-four letters long" } });
  const layout = {
    xaxis: title(),
    yaxis: title(),
    margin: { l: 44, r: 12, t: 6, b: 42 },
    font: { size: 12 },
  };
  cutTitles(/** @type {any} */ (layout), { clientWidth: 400, clientHeight: 150 });
  assert.equal(layout.xaxis.title.text, "twenty-four letters long");
  assert.ok(layout.yaxis.title.text.length < 15);
});

test("an axis has as many numbers as there is room for", () => {
  const layout = (/** @type {number[]} */ range) => ({
    margin: { l: 46, r: 12, t: 6, b: 42 },
    xaxis: { range, domain: [0, 0.48], nticks: 5 },
    yaxis: { range: [0, 2.7], nticks: 6 },
    yaxis2: { range: [0, 1], tickvals: [0, 1], nticks: 6 },
  });
  const thinned = (/** @type {number[]} */ range, /** @type {number} */ height) => {
    const one = /** @type {any} */ (layout(range));
    thinTicks(one, { clientWidth: 330, clientHeight: height });
    return [one.xaxis.nticks, one.yaxis.nticks, one.yaxis2.nticks];
  };
  assert.deepEqual(thinned([-3, 17], 400), [5, 6, 6]);
  // -0.15, -0.1 and -0.05 would lie on each other.
  const [across, up, named] = thinned([-0.17, 0.02], 118);
  assert.ok(across < 4 && across > 1);
  // 0, 0.5 ... 2.5 would be 13 pixels apart.
  assert.deepEqual(evenTicks([0, 2.7], up), [0, 1, 2]);
  assert.equal(named, 6);
});

test("the path's margin holds its longest number beside its title", () => {
  const left = (/** @type {number[]} */ range) => {
    const layout = /** @type {any} */ ({ yaxis: { range, nticks: 6 }, margin: { l: 52 } });
    widenLeft(layout);
    return layout.margin.l;
  };
  assert.equal(left([0, 4]), 52);
  assert.ok(left([-0.0123, 0.002]) > 70);
});

test("a loss keeps its unit where there is no room for its name", () => {
  const layout = /** @type {any} */ ({ margin: { t: 6, b: 42 } });
  const title = (/** @type {number} */ height, text = "cross-entropy, nats") =>
    lossThatFits(text, layout, { clientHeight: height });
  assert.equal(title(300), "cross-entropy, nats");
  assert.equal(title(140), "loss, nats");
  assert.equal(title(60, "train loss"), "train loss");
});
