/* What the page says while the server is not there: what waits for it, and what can be done. */
import { element, input, isOpen, setText } from "#lab/lib/dom.mjs";
import { plain } from "#lab/lib/format.mjs";
import { openPanels } from "#lab/page/cards.mjs";
import { UNREACHABLE } from "#lab/page/failures.mjs";
import { waitingFields, withdraw } from "#lab/page/training.mjs";
import { Connection } from "#lab/state/connection.mjs";
import { on } from "#lab/state/events.mjs";
import { labelOf, optionOf } from "#lab/state/fields.mjs";
import { layout } from "#lab/state/layout.mjs";
import { settingsNow } from "#lab/state/store.mjs";
import { training } from "#lab/state/training.mjs";

/** @typedef {import("#types").Settings} Settings */

const STILL = "You can keep exploring this run; new training needs the server.";
const PATIENCE = 10000;

/** A page of another, as of a portal before the network, is no sign of life. */
async function isThere() {
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch("health", { cache: "no-store", signal });
    return answer.ok && (await answer.text()) === "ok";
  } catch {
    return false;
  }
}

const connection = new Connection({ isThere, changed });

function changed() {
  const isUp = connection.state === "up";
  if (isUp) layout.isConnectionClosed = false;
  document.body.classList.toggle("not-connected", !isUp);
  show();
  // Opened while nobody was there.
  if (isUp && !layout.panels.every(isOpen)) openPanels(layout.panels);
}

function show() {
  const isUp = connection.state === "up";
  const fields = isUp ? [] : waitingFields();
  element("connection").hidden = isUp || layout.isConnectionClosed;
  setText("connection-words", isUp ? "" : `Not connected. ${connection.reason} ${words(fields)}`);
  for (const { control, field } of layout.controls)
    control.classList.toggle("waits", fields.includes(field));
  input("learning-rate-value").classList.toggle("waits", fields.includes("learning_rate"));
}

/** @param {(keyof Settings)[]} fields */
function words(fields) {
  if (!fields.length) return STILL;
  const [asked, shown] = [training.chosen, settingsNow()].map((settings) =>
    fields.map((field) => `${labelOf(field)} ${inWords(field, settings[field])}`).join(", "),
  );
  return `Waiting to train: ${asked}. The pictures still show ${shown}.`;
}

/** @param {string} field @param {unknown} value */
const inWords = (field, value) =>
  typeof value === "number" ? plain(value) : optionOf(field, value);

/** What waits is given up; the controls go back to what is on show. */
function close() {
  withdraw();
  layout.isConnectionClosed = true;
  show();
}

/** The person has chosen something else meanwhile. */
function follow() {
  layout.isConnectionClosed = false;
  show();
  connection.hurry();
}

export function watchConnection() {
  on("lost", (reason) => connection.lose(reason));
  on("slow", () => connection.check(UNREACHABLE));
  on("answered", () => connection.restore());
  on("chosen", follow);
  // The event may come a moment before the network is gone.
  for (const wait of [0, 2000])
    window.addEventListener("offline", () => setTimeout(() => connection.check(UNREACHABLE), wait));
  window.addEventListener("online", () => connection.retry());
  element("retry").addEventListener("click", () => connection.retry());
  element("close-connection").addEventListener("click", close);
}
