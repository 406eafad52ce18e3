/* Requests to the server, one client for each kind. At most one request of a kind is out; a newer
   one waits for its answer and replaces older ones that wait. */
import { backend } from "#lab/state/backend.mjs";
import { emit } from "#lab/state/events.mjs";
import { withUpload } from "#lab/state/user-data.mjs";

export const SILENCE_AFTER = 15000;
const SLOW_AFTER = 3000;
const SILENCE = "The server does not answer.";

/** All of the page's clients, for what goes wrong without saying which of them it is about.
 * @type {Set<Client<any>>} */
const clients = new Set();

/** @param {Client<any>["state"]} state */
const clientsThat = (state) => [...clients].filter((client) => client.state === state);

/** Tells those who wait that what came is no answer of the app. False if no client waits.
 * @param {string} sentence */
export function failWaiting(sentence) {
  const waiting = clientsThat("waiting");
  for (const client of waiting) client.fail(sentence);
  return waiting.length > 0;
}

/** The server is not there. What was asked of it is kept, see state/connection.mjs; who asked for
    something of the moment is told. @param {string} sentence */
export function cutWaiting(sentence) {
  for (const client of clientsThat("waiting")) {
    if (client.turns.keeps) client.cut();
    else client.fail(sentence);
  }
}

/** The server may be there again. False if nothing was kept. */
export function resumeCut() {
  const kept = clientsThat("cut");
  for (const client of kept) client.resume();
  return kept.length > 0;
}

/**
 * What a kind of request does at each turn.
 * @template Asked
 * @typedef {object} Turns
 * @property {(asked: Asked) => Record<string, any>} [build] makes the request of what was asked,
 *   when it is sent
 * @property {(answer: import("#types").Answer, asked: Asked) => unknown} answered
 * @property {(sentence: string, asked: Asked) => unknown} [failed] what came is not the app's, or
 *   the app's guard has refused the request
 * @property {boolean} [keeps] whether it is asked again, once the server is there again
 * @property {(state: string) => unknown} [changed] called at every change of `state`
 */

/** idle: nothing is out; waiting: an answer is awaited; busy: the server said when to ask again;
    cut: the server is not there, and what was asked is kept; failed: the last request got an error.
 * @template Asked */
export class Client {
  /** @type {"idle" | "waiting" | "busy" | "cut" | "failed"} */
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
   * @param {string} store the Dash store that stands for the request
   * @param {Turns<Asked>} turns
   */
  constructor(
    store,
    { build = (asked) => Object(asked), answered, failed, keeps = true, changed },
  ) {
    this.store = store;
    this.turns = { build, answered, failed, keeps, changed };
    clients.add(this);
  }

  /** Whether an answer is to come. */
  get isOut() {
    return ["waiting", "busy", "cut"].includes(this.state);
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
    emit("answered");
    if (answer.again) this.#waitFor(answer);
    else if (answer.missing && !this.#isWhole) this.#transmit(true);
    else this.#finish(answer);
  }

  /** Whatever waits would fare no better. @param {string} sentence */
  fail(sentence) {
    const sent = /** @type {Asked} */ (this.#sent);
    this.drop();
    this.#become("failed");
    this.turns.failed?.(sentence, sent);
  }

  /** The newest is kept; an answer that still comes is no longer waited for. */
  cut() {
    const kept = this.#pending ?? this.#sent;
    this.ticket += 1;
    [this.#pending, this.#sent] = [kept, null];
    this.#become("cut");
  }

  resume() {
    if (this.state === "cut") this.#send(/** @type {Asked} */ (this.#pending));
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
    this.#timer = setTimeout(() => {
      emit("slow");
      this.#timer = setTimeout(() => emit("lost", SILENCE), SILENCE_AFTER - SLOW_AFTER);
    }, SLOW_AFTER);
    // The counter makes a retry differ; Dash ignores an unchanged store.
    this.#turn += 1;
    const request = withUpload({ ...this.#request, turn: this.#turn }, isWhole);
    backend.ask(this.store, request, (answer) => this.receive(answer));
  }

  /** @param {Client<any>["state"]} state */
  #become(state, sentence = "") {
    clearTimeout(this.#timer);
    if (this.state === "busy" || state === "busy") emit("busy", sentence);
    this.state = state;
    this.turns.changed?.(state);
  }
}
