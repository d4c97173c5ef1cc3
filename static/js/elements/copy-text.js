import { define } from "../helpers.js";

/** Copies its `text` when its button is pressed, and confirms it for two seconds. */
define("copy-text", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", async (event) => {
      if (!event.target.closest("button")) return;
      await navigator.clipboard.writeText(this.getAttribute("text") ?? "");
      const said = this.querySelector("[data-done]");
      if (!said) return;
      said.hidden = false;
      setTimeout(() => { said.hidden = true; }, 2000);
    });
  }
});
