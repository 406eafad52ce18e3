/* A person's own data stay in this browser. A request names them by a token that is drawn here, and
   carries them whole where the server does not have them: the first time, and when it says so. */

const KEY = "own-data";

/** By their tokens.
 * @type {Map<string | null, import("#types").Upload>} */
const kept = new Map();

/** @type {string | null} */
let newest = null;

/** 128 random bits. */
function drawToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/**
 * Keeps a choice of columns under a new token, or its own from before a reload, and returns it.
 * @param {import("#types").Upload} choice
 */
export function keepOwn(choice, token = drawToken()) {
  newest = token;
  kept.set(newest, { ...choice, isSent: false });
  return newest;
}

/** Which data a training of these settings is about: their token, or null.
 * @param {import("#types").Settings} settings */
export const ownOf = (settings) =>
  settings.dataset !== "own" ? null : kept.has(settings.data_token) ? settings.data_token : newest;

/** The data that worked stay for a reload of this tab, if the browser lets them.
 * @param {string | null} token */
export function adoptOwn(token) {
  const own = kept.get(token);
  if (!own) return;
  newest = token;
  own.isSent = true;
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ ...own, token }));
  } catch {
    // A browser that keeps nothing asks for the file again after a reload.
  }
}

export function recallOwn() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (typeof found?.content === "string" && typeof found.token === "string")
      keepOwn(found, found.token);
  } catch {
    // Nothing usable is kept.
  }
}

export const ownChoice = (token = newest) => kept.get(token) || null;

/**
 * A request with the data it is about, where the server does not have them or asks for them.
 * @param {Record<string, any>} request
 * @param {boolean} isWhole
 */
export function withUpload(request, isWhole) {
  const { dataset, data_token: token } = request.settings || {};
  const own = kept.get(token);
  const isNeeded = own && dataset === "own" && (isWhole || !own.isSent);
  return isNeeded ? { ...request, data_upload: own } : request;
}
