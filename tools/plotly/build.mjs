/* Builds assets/plotly.min.js: plotly.js with the traces that components/figures draws, a third of
   the whole. Run by `make plotly`. */
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const TRACES = ["scatter", "contour", "surface"];
const { version } = JSON.parse(readFileSync("node_modules/plotly.js/package.json", "utf-8"));
/* The core brings scatter. */
const traces = TRACES.slice(1).map((name) => `require("plotly.js/lib/${name}")`);

await build({
  stdin: {
    contents: `const Plotly = module.exports = require("plotly.js/lib/core");
      Plotly.register([${traces.join()}]);`,
    resolveDir: ".",
  },
  outfile: "../../assets/plotly.min.js",
  banner: { js: `/* plotly.js ${version}: ${TRACES.join(", ")} */` },
  format: "iife",
  globalName: "Plotly",
  bundle: true,
  minify: true,
  target: "es2022",
  loader: { ".css": "empty" }, // the style of maps
  alias: { stream: "stream-browserify" },
  define: { global: "window", "process.env.NODE_DEBUG": "false" },
});
