/* Requests to the server, one client for each kind. At most one request of a kind is out; a newer
   one waits for its answer and replaces older ones that wait. */
import { backend } from "#lab/state/backend.mjs";
import { emit } from "#lab/state/events.mjs";
import { withUpload } from "#lab/state/user-data.mjs";

export const SILENCE_AFTER = 15000;

/** All of the page's clients, for what goes wrong without saying which of them it is about.
 * @type {Set<Client<any>>} */
const clients = new Set();

/** Tells those who wait that what came is no answer of the app. False if no client waits.
 * @param {string} sentence */
export function failWaiting(sentence) {
  const waiting = [...clients].filter(({ state }) => state === "waiting");
  for (const client of waiting) client.fail(sentence);
  return waiting.length > 0;
}

/**
 * What a kind of request does at each turn.
 * @template Asked
 * @typedef {object} Turns
 * @property {(asked: Asked) => Record<string, any>} [build] makes the request of what was asked,
 *   when it is sent
 * @property {(answer: import("#types").Answer, asked: Asked) => unknown} answered
 * @property {(asked: Asked) => unknown} [silent] no answer came
 * @property {(sentence: string, asked: Asked) => unknown} [failed] what came is not the app's, or
 *   the app's guard has refused the request
 * @property {(state: string) => unknown} [changed] called at every change of `state`
 */

/** idle: nothing is out; waiting: an answer is awaited; busy: the server said when to ask again;
    failed: the last request got no answer, or an error.
 * @template Asked */
export class Client {
  /** @type {"idle" | "waiting" | "busy" | "failed"} */
  state = "idle";
  ticket = 0;
  /** What is out.
   * @type {Asked | null} */
  #sent = null;
  /** What waits for its answer.
   * @type {Asked | null} */
  #pending = null;
  /** @type {Record<string, any>} */
  #request = {};
  #turn = 0;
  #isWhole = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;

  /**
   * @param {string} store the Dash store that carries the request
   * @param {Turns<Asked>} turns
   */
  constructor(store, { build = (asked) => Object(asked), answered, silent, failed, changed }) {
    this.store = store;
    this.turns = { build, answered, silent, failed, changed };
    clients.add(this);
  }

  get isOut() {
    return this.state === "waiting" || this.state === "busy";
  }
  get pending() {
    return this.#pending;
  }

  /** @param {Asked} asked */
  ask(asked) {
    this.#pending = asked;
    if (!this.isOut) this.#send(asked);
  }

  /** Whatever is out or waits is no longer of interest. */
  drop() {
    this.ticket += 1;
    this.#pending = this.#sent = null;
    this.#become("idle");
  }

  /** @param {import("#types").Answer | null} answer */
  receive(answer) {
    if (!answer || answer.ticket !== this.ticket || this.state !== "waiting") return;
    if (answer.again) this.#waitFor(answer);
    else if (answer.missing && !this.#isWhole) this.#transmit(true);
    else this.#finish(answer);
  }

  /** Whatever waits would fare no better. @param {string} sentence */
  fail(sentence) {
    const sent = this.#giveUp();
    this.turns.failed?.(sentence, sent);
  }

  /** @param {import("#types").Answer} answer */
  #finish(answer) {
    const sent = /** @type {Asked} */ (this.#sent);
    this.#sent = null;
    this.#become(answer.error ? "failed" : "idle");
    this.turns.answered(answer, sent);
    // The answer may have led to a new request already.
    if (this.#pending !== null && !this.isOut) this.#send(this.#pending);
  }

  /** Not all at the same moment: the seconds are about what it takes for those before.
   * @param {import("#types").Answer} answer */
  #waitFor({ again = 1, error }) {
    this.#become("busy", error);
    const resend = () => this.#send(/** @type {Asked} */ (this.#pending ?? this.#sent));
    this.#timer = setTimeout(resend, 1000 * again * (0.8 + 0.6 * Math.random()));
  }

  /** @param {Asked} asked */
  #send(asked) {
    this.ticket += 1;
    this.#pending = null;
    this.#sent = asked;
    this.#request = { ...this.turns.build(asked), ticket: this.ticket };
    this.#transmit(false);
  }

  /** @param {boolean} isWhole with the person's own data */
  #transmit(isWhole) {
    this.#become("waiting");
    this.#isWhole = isWhole;
    this.#timer = setTimeout(() => this.turns.silent?.(this.#giveUp()), SILENCE_AFTER);
    // The turn makes a repeated request another one, which Dash would else leave out.
    this.#turn += 1;
    backend.ask(this.store, withUpload({ ...this.#request, turn: this.#turn }, isWhole));
  }

  /** An answer that still comes is no longer waited for. */
  #giveUp() {
    const sent = /** @type {Asked} */ (this.#sent);
    this.drop();
    this.#become("failed");
    return sent;
  }

  /** @param {Client<any>["state"]} state */
  #become(state, sentence = "") {
    clearTimeout(this.#timer);
    if (this.state === "busy" || state === "busy") emit("busy", sentence);
    this.state = state;
    this.turns.changed?.(state);
  }
}
