import { language } from "../helpers.js";

/** Shows the value of a slider as text. */
for (const slider of document.querySelectorAll("input[type=range]")) {
  if (slider.closest("picture-crop")) continue; // it shows what is chosen
  const output = document.createElement("output");
  output.className = "counter";
  const show = () => { output.textContent = new Intl.NumberFormat(language).format(slider.value); };
  slider.after(output);
  slider.addEventListener("input", show);
  show();
}
