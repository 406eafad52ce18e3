/* Who answers the page's requests: on the live page the server, through Dash's stores; on a saved
   page the file itself, see page/saved.mjs. */

/**
 * @typedef {object} Backend
 * @property {boolean} canTrain whether other settings can be trained: then the address and the
 *   plane follow the page
 * @property {string} waiting what a panel says until the inspection has come
 * @property {(store: string, data: unknown) => void} ask
 */

/** @type {Backend} */
const live = {
  canTrain: true,
  waiting: "The numbers appear when you pause.",
  ask: (store, data) => window.dash_clientside.set_props(store, { data }),
};

export let backend = live;

/** @param {Backend} other */
export function useBackend(other) {
  backend = other;
}
