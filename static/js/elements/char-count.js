import { define, language } from "../helpers.js";

/** Shows the number of characters in a field and its maxlength, in an <output>, which is a polite live region. */
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
