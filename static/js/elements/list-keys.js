import { define } from "../helpers.js";

/**
 * Keys of a list: "/" goes to the search field, "j" and "k" to the next and previous result, "s" saves the result (or
 * the search, if no result has the focus). Enter opens the link that has the focus, as everywhere. Inactive while the
 * user types; switched off by data-hot-keys="off" on <html>.
 */
define("list-keys", class extends HTMLElement {
  connectedCallback() {
    this.listen = (event) => this.handle(event);
    document.addEventListener("keydown", this.listen);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.listen);
  }

  handle(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.documentElement.dataset.hotKeys === "off") return;
    if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]")) return;
    const acts = { "/": () => this.search(), j: () => this.move(1), k: () => this.move(-1), s: () => this.save() };
    if (acts[event.key]?.()) event.preventDefault();
  }

  search() {
    const field = this.querySelector("input[type=search]");
    field?.focus();
    field?.select();
    return field;
  }

  move(step) {
    const links = [...this.querySelectorAll("#results .card-title a")];
    const at = links.indexOf(document.activeElement);
    const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step];
    next?.focus();
    next?.closest("article")?.scrollIntoView({ block: "nearest" });
    return links.length;
  }

  save() {
    const button = document.activeElement?.closest("#results article")?.querySelector("[data-key-save]");
    if (button) button.click();
    const search = button ? null : this.querySelector("#save-search");
    if (search) {
      search.open = true;
      search.querySelector("input[name=name]")?.focus();
    }
    return button ?? search;
  }
});
