/* A person's own data stay in this browser. A request names them by a token that is drawn here, and
   carries them whole where the server does not have them: the first time, and when it says so. */
(function (lab) {
  "use strict";

  const KEY = "own-data";
  // Token -> {content (base64), name, target, predictors, standardize}; the newest token.
  const kept = new Map();
  let newest = null;
  // What was last asked of the server, by the store that asks.
  const asked = {};

  /** 128 random bits. */
  function drawToken() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  /** Keeps a choice of columns under a new token, or its own from before a reload, and returns it. */
  function keepOwn(choice, token = drawToken()) {
    newest = token;
    kept.set(newest, { ...choice, isSent: false });
    return newest;
  }

  /** Which data a training of these settings is about: their token, or null. */
  const ownOf = (settings) => (settings.dataset !== "own" ? null : kept.has(settings.data_token) ? settings.data_token : newest);

  /** The data that worked stay for a reload of this tab, if the browser lets them. */
  function adoptOwn(token) {
    if (!kept.has(token)) return;
    newest = token;
    kept.get(token).isSent = true;
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ ...kept.get(token), token }));
    } catch {
      // A browser that keeps nothing asks for the file again after a reload.
    }
  }

  function recallOwn() {
    try {
      const found = JSON.parse(sessionStorage.getItem(KEY));
      if (typeof found?.content === "string" && typeof found.token === "string") keepOwn(found, found.token);
    } catch {
      // Nothing usable is kept.
    }
  }

  /* ---- requests ---- */

  function send(store, whole) {
    // The turn makes a repeated request another one, which Dash would else leave out.
    const data = { ...asked[store].data, turn: (asked[store].turn += 1) };
    const own = kept.get(data.settings?.data_token);
    const isWhole = own && data.settings.dataset === "own" && (whole || !own.isSent);
    window.dash_clientside.set_props(store, { data: isWhole ? { ...data, data_upload: own } : data });
  }

  /** Asks the server, with the person's own data where they are needed. */
  function ask(store, data) {
    asked[store] = { data, again: false, turn: 0 };
    send(store, false);
  }

  /** An answer that asks for the data again gets them, once; after a busy one, `retry` gets a function
      that repeats the request, when the server says. Neither is an answer yet. */
  function isAskedAgain(store, answer, retry = (resend) => resend()) {
    const last = asked[store];
    if (!last || answer?.ticket !== last.data.ticket) return false;
    if (answer.again) return waitAndAsk(store, answer, retry);
    if (!answer.missing || last.again || !kept.has(last.data.settings?.data_token)) return false;
    last.again = true;
    send(store, true);
    return true;
  }

  /** Not all at the same moment: the seconds are about what it takes for those before. */
  function waitAndAsk(store, { ticket, again, error }, retry) {
    lab.showMessage(error);
    setTimeout(() => asked[store].data.ticket === ticket && retry(() => send(store, false)), 1000 * again * (0.8 + 0.6 * Math.random()));
    return true;
  }

  const ownChoice = (token = newest) => kept.get(token) || null;

  Object.assign(lab, { keepOwn, ownOf, adoptOwn, recallOwn, ask, isAskedAgain, ownChoice });
})(window.descentLab);
