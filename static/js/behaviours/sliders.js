import { language } from "../helpers.js";

/** A slider says where it stands. */
for (const slider of document.querySelectorAll("input[type=range]")) {
  const output = document.createElement("output");
  output.className = "counter";
  const show = () => { output.textContent = new Intl.NumberFormat(language).format(slider.value); };
  slider.after(output);
  slider.addEventListener("input", show);
  show();
}
