import { define, language } from "../helpers.js";

/** What is left of a field's maxlength, said politely. */
define("char-count", class extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("[maxlength]");
    if (!field) return;
    const limit = Number(field.getAttribute("maxlength"));
    const output = this.querySelector("output") ?? this.appendChild(document.createElement("output"));
    output.className = "counter";
    const number = new Intl.NumberFormat(language);
    const show = () => {
      output.textContent = `${number.format(field.value.length)} / ${number.format(limit)}`;
    };
    field.addEventListener("input", show);
    show();
  }
});
