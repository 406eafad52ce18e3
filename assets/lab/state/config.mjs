/* What Python says of the settings, views, limits and colours, see components/page_config.py. */
import { element } from "#lab/lib/dom.mjs";

/** @type {import("#types").Config} */
export const config = JSON.parse(element("config").textContent ?? "");
