/* What the modules find in a page, for node: the config that Python wrote. */
import { readFileSync } from "node:fs";

export const fixtures = JSON.parse(readFileSync(new URL("fixtures.json", import.meta.url), "utf8"));

const config = { textContent: JSON.stringify(fixtures.config) };
Object.assign(globalThis, {
  document: { getElementById: (/** @type {string} */ id) => (id === "config" ? config : null) },
  requestAnimationFrame: () => 0,
});
