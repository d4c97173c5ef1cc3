import { define, later } from "../helpers.js";

const WAIT_MS = 300;

/**
 * A filter form that submits automatically: at once when a choice changes, a moment after the last key in a text field.
 * The same values are never sent twice in a row, so that Back needs one press for each result.
 */
define("auto-form", class extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    if (!form) return;
    // Empty fields say nothing: a result may bring another one of them.
    const values = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => value)).toString();
    let sent = values();
    const send = () => {
      if (values() !== sent) form.requestSubmit();
    };
    form.addEventListener("change", send);
    form.addEventListener("input", later(WAIT_MS, send));
    form.addEventListener("submit", () => { sent = values(); });
    for (const button of this.querySelectorAll("[data-without-script]")) button.hidden = true;
  }
});
