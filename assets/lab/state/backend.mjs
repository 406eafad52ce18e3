/* Who answers the page's requests: on the live page the server's Dash callbacks; on a saved page
   the file itself, see page/saved.mjs. */

/**
 * @typedef {object} Backend
 * @property {boolean} canTrain whether other settings can be trained: then the address and the
 *   plane follow the page
 * @property {string} waiting what a panel says until the inspection has come
 * @property {(store: string, data: unknown, receive: (answer: Answer) => void) => void} ask
 *
 * @typedef {import("#types").Answer} Answer
 */

/** What Dash itself is to put into the page: a file, components. */
const RENDERED = new Set(["chapter-request", "export-request", "panel-request"]);

/** @type {Backend} */
const live = {
  canTrain: true,
  waiting: "The numbers appear when you pause.",
  ask(store, data, receive) {
    if (RENDERED.has(store)) window.dash_clientside.set_props(store, { data });
    else post(store, data).then(receive, () => {});
  },
};

/**
 * Calls a store's callback as Dash would: its renderer takes 20 to 50 ms more. What fails, or is no
 * answer of the app, is told by page/failures.mjs.
 * @param {string} store
 * @param {unknown} value
 * @returns {Promise<Answer>}
 */
async function post(store, value) {
  const id = store.replace("request", "answer");
  const body = {
    output: `${id}.data`,
    outputs: { id, property: "data" },
    inputs: [{ id: store, property: "data", value }],
    changedPropIds: [`${store}.data`],
  };
  const headers = { "Content-Type": "application/json" };
  const made = await fetch("_dash-update-component", {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  return (await made.json()).response[id].data;
}

export let backend = live;

/** @param {Backend} other */
export function useBackend(other) {
  backend = other;
}
