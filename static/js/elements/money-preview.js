import { define, later } from "../helpers.js";

/** Loads a fragment that the server renders from some fields, so that the browser contains no rules about money. */
define("money-preview", class extends HTMLElement {
  connectedCallback() {
    this.target = this.querySelector("[data-preview]");
    if (!this.target) return;
    this.names = (this.getAttribute("fields") ?? "amount,currency").split(",").map((name) => name.trim());
    const ask = later(250, () => this.ask());
    this.addEventListener("input", ask);
    this.addEventListener("change", ask);
    this.ask();
  }

  async ask() {
    const query = new URLSearchParams();
    for (const name of this.names) {
      const field = this.querySelector(`[name="${name}"]`) ?? this.querySelector(`[name$="-${name}"]`);
      if (field) query.set(name, field.value);
    }
    this.request?.abort();
    this.request = new AbortController();
    this.target.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${this.getAttribute("src")}?${query}`, {
        signal: this.request.signal,
        headers: { "HX-Request": "true" },
      });
      if (answer.ok || answer.status === 422) this.target.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    } finally {
      this.target.removeAttribute("aria-busy");
    }
  }
});
