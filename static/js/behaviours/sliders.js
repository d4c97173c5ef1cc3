import { language } from "../helpers.js";

/** Shows the value of a slider as text. */
for (const slider of document.querySelectorAll("input[type=range]")) {
  const output = document.createElement("output");
  output.className = "counter";
  const show = () => { output.textContent = new Intl.NumberFormat(language).format(slider.value); };
  slider.after(output);
  slider.addEventListener("input", show);
  show();
}
