import { define } from "../helpers.js";

/**
 * Single-key shortcuts for the [data-key] elements inside. Inactive while the user types; switched off by
 * data-hot-keys="off" on <html>.
 */
define("hot-keys", class extends HTMLElement {
  connectedCallback() {
    this.listen = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.documentElement.dataset.hotKeys === "off") return;
      if (event.target.closest("input, textarea, select, [contenteditable]")) return;
      const target = this.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!target) return;
      event.preventDefault();
      if (target.matches("input, textarea, select")) target.focus();
      else target.click();
    };
    document.addEventListener("keydown", this.listen);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.listen);
  }
});
