/* The views as pictures: put together here, from Plotly's image and the canvas above it. */
(function (lab) {
  "use strict";

  const { overlays } = lab;
  const SCALE = 2;

  async function savePictures(names) {
    const there = names.filter((name) => overlays[name].ready);
    const missing = names.length === 1 && !there.length;
    lab.setText("export-note", missing ? "This view is not on show here, so there is no picture of it." : "");
    for (const name of there) saveFile(await pictureOf(overlays[name]), `${name}.png`);
  }

  /** Hands a file to the person; its address may be a data: or a blob: one. */
  function saveFile(address, name) {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  }

  /** Plotly's picture on the theme's background, and on it what the canvas draws. */
  async function pictureOf({ plot, canvas, host }) {
    const [width, height] = [host.clientWidth, host.clientHeight];
    const image = new Image();
    image.src = await window.Plotly.toImage(plot, { format: "png", width, height, scale: SCALE });
    await image.decode();
    const whole = Object.assign(document.createElement("canvas"), { width: width * SCALE, height: height * SCALE });
    const context = whole.getContext("2d");
    context.fillStyle = lab.colors.background;
    context.fillRect(0, 0, whole.width, whole.height);
    for (const layer of [image, canvas]) context.drawImage(layer, 0, 0, whole.width, whole.height);
    return whole.toDataURL("image/png");
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("#save-pictures")) savePictures(lab.CARD_ORDER);
    const one = event.target.closest("[data-picture]");
    if (one) savePictures([one.dataset.picture]);
  });

  Object.assign(lab, { saveFile });
})(window.descentLab);
