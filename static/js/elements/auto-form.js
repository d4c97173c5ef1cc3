import { define } from "../helpers.js";

/** A filter form that submits automatically when a field changes. */
define("auto-form", class extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    form?.addEventListener("change", () => form.requestSubmit());
    for (const button of this.querySelectorAll("[data-without-script]")) button.hidden = true;
  }
});
