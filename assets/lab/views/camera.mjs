/* The surface is looked at from above, whatever a hand does, and by a click as at first. */
import { element } from "#lab/lib/dom.mjs";
import { clampElevation } from "#lab/lib/geometry.mjs";
import { drawn } from "#lab/state/drawn.mjs";
import { fittingCamera, isElsewhere } from "#lab/views/figures.mjs";
import { cameraOf, keepCamera, placeCamera } from "#lab/views/overlay.mjs";

/** @typedef {import("#lab/views/overlay.mjs").Overlay} Overlay */

/**
 * Called when the camera of the 3D view has moved: from below, a valley would be a hill.
 * @param {Overlay} overlay
 */
export function followCamera(overlay) {
  const { placedCamera: placed } = drawn;
  if (!overlay.hasScene || !placed) return;
  const now = cameraOf(overlay);
  element("reset-view").hidden = !isElsewhere(now, placed);
  const eye = clampElevation(now.eye, now.center);
  if (eye) placeCamera(overlay, { ...now, eye }, 1);
}

/** As at first, and as it fits the card now. @param {Overlay} overlay */
function resetCamera(overlay) {
  const { usualCamera: usual } = drawn;
  if (!overlay.hasScene || !usual) return;
  drawn.placedCamera = fittingCamera(overlay, usual);
  placeCamera(overlay, { ...drawn.placedCamera, up: { x: 0, y: 0, z: 1 } }, 1);
  keepCamera(overlay);
}

/** @param {Overlay} overlay of the 3D view */
export function bindCamera(overlay) {
  overlay.host.addEventListener("dblclick", () => resetCamera(overlay));
  element("reset-view").addEventListener("click", () => resetCamera(overlay));
}
