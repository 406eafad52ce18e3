/* Pinned runs: each keeps its own numbers. What may be compared shares start, data and batch
   order; the rest of the settings may differ. */
import { same } from "#lab/state/fields.mjs";
import { invalidate, settingsNow, state } from "#lab/state/store.mjs";

export const MOST = 4;

// What decides where a run starts, what it is fitted to, and in which order it sees it.
/** @type {(keyof import("#types").Settings)[]} */
export const SHARED = [
  "dataset",
  "data_token",
  "loss",
  "features",
  "noise",
  "validation_fraction",
  "seed",
  "hidden_units",
  "hidden_layers",
  "activation",
  "initialization",
  "initial_scale",
  "start",
];

/** @type {import("#types").Look[]} */
const LOOKS = [
  { color: "pin-1", dash: [9, 4], marker: "square" },
  { color: "pin-2", dash: [3, 3], marker: "triangle" },
  { color: "pin-3", dash: [12, 4, 2, 4], marker: "diamond" },
  { color: "pin-4", dash: [6, 6], marker: "cross" },
];

// More points than this of a pinned path show nothing more.
const MOST_POINTS = 240;

// The pinned runs, and the loss of which the table says when each reaches it; null for the usual.
/** @type {{runs: import("#types").Pin[], wantedLoss: number | null}} */
export const pinned = { runs: [], wantedLoss: null };

/**
 * Which shared setting differs from the sweep on show, or null where a pin can be compared.
 * @param {import("#types").Pin} pin
 * @param {{settings: import("#types").Settings}} sweep
 */
function mismatch(pin, { settings }) {
  const counts = settings.hidden_units
    ? SHARED
    : SHARED.filter((name) => !["activation", "hidden_layers"].includes(name));
  const other = counts.find((name) => pin.settings[name] !== settings[name]);
  return other ?? (startsElsewhere(pin.settings, settings) ? "start" : null);
}

/** A point of a plane is another start once anything but the rate differs, which moves the plane.
 * @param {import("#types").Settings} one
 * @param {import("#types").Settings} other */
const startsElsewhere = (one, other) =>
  one.start.split(",").length > 2 && !same({ ...one, learning_rate: other.learning_rate }, other);

export function pinCurrent() {
  if (
    !state.detail ||
    pinned.runs.length >= MOST ||
    pinned.runs.some((pin) => same(pin.settings, settingsNow()))
  )
    return;
  const look = /** @type {import("#types").Look} */ (
    LOOKS.find((one) => !pinned.runs.some((pin) => pin.look === one))
  );
  const { sweep, run, track } = state;
  pinned.runs.push({
    look,
    track,
    settings: settingsNow(),
    end: sweep.end,
    verdict: sweep.verdicts[run],
    lastLoss: sweep.last_loss[run],
    lastAccuracy: sweep.accuracyWords(run),
    thinned: thin(track.length),
  });
  placePins(sweep);
  invalidate();
}

/** @param {import("#types").Pin} pin */
export function unpin(pin) {
  pinned.runs = pinned.runs.filter((one) => one !== pin);
  invalidate();
}

/** Which of a run's epochs are drawn: all of the first, then fewer, the last included.
 * @param {number} length */
export function thin(length) {
  if (length <= MOST_POINTS) return Array.from({ length }, (_, k) => k);
  const ratio = length ** (1 / MOST_POINTS);
  const kept = new Set([0, length - 1]);
  for (let k = 0; k < MOST_POINTS; k++)
    kept.add(Math.min(Math.max(k, Math.round(ratio ** k)), length - 1));
  return [...kept].sort((a, b) => a - b);
}

/** Where each pin's path lies on the plane of a sweep.
 * @param {import("#lab/model/sweep.mjs").Sweep} sweep */
export function placePins(sweep) {
  for (const pin of pinned.runs) {
    pin.mismatch = mismatch(pin, sweep);
    pin.coordinates = pin.mismatch ? null : sweep.project(pin.track.params ?? new Float32Array());
  }
}

export const pinCount = () => pinned.runs.length;
