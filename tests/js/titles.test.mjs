import assert from "node:assert/strict";
import test from "node:test";
import "./setup.mjs";
import { cutTitles, fittingTitle } from "#lab/views/titles.mjs";

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
