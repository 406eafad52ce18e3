/* Who draws, asks and describes subscribes here; who plays and chooses emits. So playback knows no
   view, and no panel knows the page around it. */

/**
 * @typedef {import("#types").Settings} Settings
 * @typedef {object} Events each event with what its listeners get
 * @property {[]} wake something may move: the clock goes
 * @property {[import("#types").Snapshot]} frame the views have been drawn
 * @property {[]} idle the page has come to rest
 * @property {[import("#lab/model/sweep.mjs").Sweep]} sweep another sweep is on show
 * @property {[]} curtain something is hidden or shown
 * @property {[]} controls the controls are to follow the sweep on show
 * @property {[]} rate so is the control of the learning rate alone
 * @property {[Partial<Settings>]} choose the person changed these settings
 * @property {[Partial<Settings>]} open the person wants exactly these settings
 * @property {[Float32Array | null, boolean]} hand the person set these parameters by hand, and
 *   whether a hand still holds them; null for the run's own again
 * @property {[number]} pick the person wants the learning rate nearest to this
 * @property {[]} described the sentences of the views have been written
 * @property {[]} answered an answer of the app has come
 * @property {[string]} lost a request got no answer of the app, with what is known of the reason
 * @property {[]} slow an answer takes longer than a training does
 * @property {[]} chosen what is to be trained has changed
 * @property {[string]} busy what the server says while it is busy; an empty text once it is not
 */

/** @type {Map<string, Function[]>} */
const listeners = new Map();

/**
 * Calls `listener` at each event of this name, after those that subscribed before it.
 * @template {keyof Events} Name
 * @param {Name} name
 * @param {(...details: Events[Name]) => unknown} listener
 */
export function on(name, listener) {
  listeners.set(name, [...(listeners.get(name) ?? []), listener]);
}

/**
 * @template {keyof Events} Name
 * @param {Name} name
 * @param {Events[Name]} details
 */
export function emit(name, ...details) {
  for (const listener of listeners.get(name) ?? []) listener(...details);
}
