/* Whether the server is there. While it is not, what was asked of it waits (requests.mjs), and it
   is tried at growing intervals, so that hundreds of pages do not come back at one moment. */
import { cutWaiting, resumeCut } from "#lab/state/requests.mjs";

/** Seconds between two tries. */
const WAITS = [1, 2, 4, 8, 15, 30];

/**
 * @typedef {object} Ways
 * @property {() => Promise<boolean>} isThere asks the server for a sign of life
 * @property {() => unknown} changed called at every change of `state`
 */

/** up: answers come; down: it is tried again after a while; trying: it is being tried. */
export class Connection {
  /** @type {"up" | "down" | "trying"} */
  state = "up";
  /** What is known of why, as a sentence. */
  reason = "";
  #tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;

  /** @param {Ways} ways */
  constructor({ isThere, changed }) {
    this.ways = { isThere, changed };
  }

  /** No answer came. @param {string} reason */
  lose(reason) {
    this.reason = reason;
    cutWaiting(reason);
    // Of requests that were lost together the first counts.
    if (this.state === "down") this.ways.changed();
    else this.#wait();
  }

  #wait() {
    this.#become("down");
    const wait = WAITS[Math.min(this.#tries, WAITS.length - 1)];
    this.#tries += 1;
    this.#timer = setTimeout(() => this.retry(), 1000 * wait * (0.8 + 0.4 * Math.random()));
  }

  /** An answer has come. */
  restore() {
    if (this.state === "up") return;
    this.#tries = 0;
    this.#become("up");
    resumeCut();
  }

  /** Now, not after a while: a person asks for it, or the network is back. */
  async retry() {
    if (this.state !== "down") return;
    this.#become("trying");
    const isThere = await this.ways.isThere();
    // Meanwhile a request may have been answered, or lost.
    if (/** @type {string} */ (this.state) !== "trying") return;
    if (!isThere) this.lose(this.reason);
    else if (!resumeCut()) this.restore();
  }

  /** A person goes on asking: it is tried again soon. */
  hurry() {
    this.#tries = 0;
    if (this.state === "down") this.#wait();
  }

  /** The network may be gone: a server on this computer is there all the same.
   * @param {string} reason */
  async check(reason) {
    if (this.state === "up" && !(await this.ways.isThere()) && this.state === "up")
      this.lose(reason);
  }

  /** @param {Connection["state"]} state */
  #become(state) {
    clearTimeout(this.#timer);
    this.state = state;
    this.ways.changed();
  }
}
