/* Answers that are not the app's own: Dash keeps silent about them, the browser's timing of each
   request does not. */
import { showMessage } from "#lab/lib/dom.mjs";
import { emit } from "#lab/state/events.mjs";
import { failWaiting } from "#lab/state/requests.mjs";

export const UNREACHABLE = "The server cannot be reached.";
const RESTARTING = "The server is restarting.";
const SIGNED_OUT = "You were signed out: open the page again; your settings are in its address.";
/** @type {Record<number, string>} */
const SENTENCES = {
  // Also what a browser says of a redirect to another website.
  0: `${UNREACHABLE} If you were signed out, open the page again; your settings are in its address.`,
  401: SIGNED_OUT,
  403: SIGNED_OUT,
  407: SIGNED_OUT,
  413: "Something between this page and the server refuses requests of this size.",
  429: "Too many requests: try again in a minute.",
  502: RESTARTING,
  503: RESTARTING,
  504: RESTARTING,
};

/**
 * What to say of a request that has ended; nothing where the app has answered it. What the app
 * refuses has its sentence in a header, see app/web/error_handlers.py.
 * @param {PerformanceResourceTiming & {contentType?: string}} entry
 */
export function sentenceOf({
  responseStatus: status,
  contentType = "",
  redirectStart,
  serverTiming = [],
}) {
  const refusal = serverTiming.find(({ name }) => name === "refusal");
  if (refusal) return refusal.description;
  // A browser that does not tell the status: the page waits for the answer in vain.
  if (status === undefined) return "";
  if (status in SENTENCES) return SENTENCES[status];
  if (status >= 500) return `Something went wrong on the server (error ${status}).`;
  if (status >= 400) return `The server refuses this request (error ${status}).`;
  return redirectStart > 0 || contentType === "text/html" ? SIGNED_OUT : "";
}

/** Whether the same request may be answered in a while. @param {number} status */
const mayPass = (status) => status === 0 || status >= 500;

/** @param {PerformanceObserverEntryList} list */
function look(list) {
  for (const entry of /** @type {PerformanceResourceTiming[]} */ (list.getEntries())) {
    if (!entry.name.includes("/_dash-update-component")) continue;
    const sentence = sentenceOf(entry);
    if (sentence && mayPass(entry.responseStatus)) emit("lost", sentence);
    else if (sentence && !failWaiting(sentence)) showMessage(sentence);
  }
}

export const watchFailures = () => new PerformanceObserver(look).observe({ type: "resource" });
