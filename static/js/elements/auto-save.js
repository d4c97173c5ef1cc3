import { csrf, define, language, later } from "../helpers.js";

/** Posts its form as a draft while the user types, and shows the time of the last save. */
define("auto-save", class extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form") ?? this.closest("form");
    const status = this.querySelector("[data-status]");
    let address = this.getAttribute("src");
    if (!form || !address) return;
    let running = false;

    const save = later(Number(this.getAttribute("every") ?? 1500), async () => {
      if (running) return save();
      running = true;
      try {
        const body = new FormData(form);
        for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
        const headers = { "X-CSRFToken": csrf(), "HX-Request": "true" };
        const answer = await fetch(address, { method: "POST", body, headers });
        // The answer to the first save of a new object contains its URLs.
        if (answer.headers.has("X-Save-To")) {
          address = answer.headers.get("X-Save-To");
          form.action = answer.headers.get("X-Form-Action");
        }
        if (status && answer.ok) {
          const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
          status.textContent = (status.dataset.saved ?? "%s").replace("%s", clock.format(new Date()));
        }
      } finally {
        running = false;
      }
    });
    form.addEventListener("input", save);
    form.addEventListener("change", save);
  }
});
