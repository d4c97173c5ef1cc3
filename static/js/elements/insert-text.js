import { define } from "../helpers.js";

/**
 * Links inside insert their data-insert text into the field with the id `for`, at the cursor. Without a script they
 * load the page with the text in the field.
 */
define("insert-text", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const link = event.target.closest("[data-insert]");
      const field = document.getElementById(this.getAttribute("for"));
      if (!link || !field) return;
      event.preventDefault();
      const gap = field.value && !/\s$/.test(field.value) ? " " : "";
      field.setRangeText(gap + link.dataset.insert, field.selectionStart, field.selectionEnd, "end");
      field.focus();
    });
  }
});
