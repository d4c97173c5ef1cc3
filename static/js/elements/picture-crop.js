import { define } from "../helpers.js";

/** Shows the chosen picture of the form and lets the reader move and enlarge the square part that is used. */
define("picture-crop", class extends HTMLElement {
  connectedCallback() {
    const input = this.closest("form")?.querySelector("input[type=file]");
    const canvas = this.querySelector("canvas");
    const [zoom, across, down] = this.querySelectorAll("input");
    let image;
    const side = () => Math.min(image.width, image.height) / zoom.value;
    const draw = () => {
      const [x, y] = [(image.width - side()) * across.value, (image.height - side()) * down.value];
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, x, y, side(), side(), 0, 0, canvas.width, canvas.height);
    };
    input?.addEventListener("change", async () => {
      [zoom.value, across.value, down.value] = [1, 0.5, 0.5];
      image = input.files[0] && await createImageBitmap(input.files[0]).catch(() => undefined);
      this.hidden = !image;
      if (image) draw();
    });
    this.addEventListener("input", draw);
    canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
    canvas.addEventListener("pointermove", (event) => {
      if (!image || !canvas.hasPointerCapture(event.pointerId)) return;
      const scale = side() / canvas.clientWidth;
      for (const [slider, moved, room] of [
        [across, event.movementX, image.width - side()], [down, event.movementY, image.height - side()],
      ]) if (room > 0) slider.value -= moved * scale / room;
      draw();
    });
  }
});
