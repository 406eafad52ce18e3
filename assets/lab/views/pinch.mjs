/* Two fingers on the 3D view: Plotly knows one only, and turned the scene by leaps from one finger
   to the other. Here they bring the camera nearer or take it farther off. */
import { cameraOf, keepCamera, placeCamera } from "#lab/views/overlay.mjs";

/** @typedef {import("#lab/views/overlay.mjs").Overlay} Overlay */

/** How near to the middle of the picture, and how far from it, two fingers bring the camera. */
const [NEAREST, FARTHEST] = [0.4, 6];

/** How far two fingers are apart. @param {TouchList} touches */
const gap = ([one, other]) =>
  Math.max(Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY), 1);

/** A pinch over a scene: begins with its second finger, and ends once all have left. */
class Pinch {
  /** @param {Overlay} overlay @param {TouchList} touches */
  constructor(overlay, touches) {
    this.overlay = overlay;
    this.camera = cameraOf(overlay);
    this.gap = gap(touches);
  }

  /** @param {TouchList} touches */
  start(touches) {
    this.camera = cameraOf(this.overlay);
    this.gap = gap(touches);
  }

  /** @param {TouchList} touches */
  move(touches) {
    if (touches.length !== 2) return;
    const { eye, center } = this.camera;
    const far = Math.hypot(eye.x - center.x, eye.y - center.y, eye.z - center.z);
    const wanted = (far * this.gap) / gap(touches);
    placeCamera(this.overlay, this.camera, Math.min(Math.max(wanted, NEAREST), FARTHEST) / far);
  }
}

/** @param {Overlay} overlay of the 3D view */
export function bindPinch(overlay) {
  /** @type {Pinch | null} */
  let pinch = null;
  const follow = (/** @type {TouchEvent} */ event) => {
    const { touches } = event;
    if (!overlay.hasScene || (!pinch && touches.length < 2)) return;
    // Plotly must hear nothing of it, or it leaps.
    event.stopPropagation();
    if (event.cancelable) event.preventDefault();
    if (!pinch) pinch = new Pinch(overlay, touches);
    else if (event.type === "touchstart" && touches.length === 2) pinch.start(touches);
    else pinch.move(touches);
  };
  // Plotly listens to the canvas: the page is first on the way down.
  const way = { capture: true, passive: false };
  overlay.host.addEventListener("touchstart", follow, way);
  overlay.host.addEventListener("touchmove", follow, way);
  for (const end of ["touchend", "touchcancel"])
    overlay.host.addEventListener(
      end,
      (event) => {
        if (!pinch || /** @type {TouchEvent} */ (event).touches.length) return;
        pinch = null;
        keepCamera(overlay);
      },
      true,
    );
}
