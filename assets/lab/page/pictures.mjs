/* The views as pictures: put together here, from Plotly's image and the canvas above it. */
import { clicked, make, setText } from "#lab/lib/dom.mjs";
import { CARD_ORDER, isPlotted, overlays } from "#lab/state/store.mjs";
import { colors } from "#lab/state/theme.mjs";

const SCALE = 2;
// Of a type that loses something.
const QUALITY = 0.9;

/** @param {string[]} names */
async function savePictures(names) {
  const there = names.filter((name) => overlays[name].ready);
  const missing = names.length === 1 && !there.length;
  setText("export-note", missing ? "This view is hidden, so there is no picture of it." : "");
  for (const name of there) saveFile(await pictureOf(overlays[name]), `${name}.png`);
}

/**
 * Hands a file to the person; its address may be a data: or a blob: one.
 * @param {string} address
 * @param {string} name
 */
export function saveFile(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

/**
 * Plotly's picture on the theme's background, and on it what the canvas draws.
 * @param {import("#lab/views/overlay.mjs").Overlay} overlay
 * @param {number} scale pixels of the picture to one of the page
 * @param {string} type a browser that does not write it writes a PNG
 */
export async function pictureOf({ plot, canvas, host }, scale = SCALE, type = "image/png") {
  const [width, height] = [host.clientWidth, host.clientHeight];
  const layers = isPlotted(host.id) ? [await plotlyImage(plot, width, height, scale)] : [];
  const whole = make("canvas", { width: width * scale, height: height * scale });
  const context = /** @type {CanvasRenderingContext2D} */ (whole.getContext("2d"));
  context.fillStyle = colors.background;
  context.fillRect(0, 0, whole.width, whole.height);
  for (const layer of [...layers, canvas])
    context.drawImage(layer, 0, 0, whole.width, whole.height);
  return whole.toDataURL(type, QUALITY);
}

/**
 * @param {import("#lab/views/overlay.mjs").Overlay["plot"]} plot
 * @param {number} width
 * @param {number} height
 * @param {number} scale
 */
async function plotlyImage(plot, width, height, scale) {
  const image = new Image();
  image.src = await window.Plotly.toImage(plot, { format: "png", width, height, scale });
  await image.decode();
  return image;
}

export function bindPictures() {
  document.addEventListener("click", (event) => {
    if (clicked(event, "#save-pictures")) savePictures(CARD_ORDER);
    const name = clicked(event, "[data-picture]")?.dataset.picture;
    if (name) savePictures([name]);
  });
}
