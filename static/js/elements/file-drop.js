import { define, language } from "../helpers.js";

/** Drop and paste for a file input. Lists the chosen files and rejects files that are too large before the upload. */
define("file-drop", class extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input[type=file]");
    if (!input) return;
    const list = this.appendChild(Object.assign(document.createElement("ul"), { className: "chosen" }));
    list.setAttribute("aria-live", "polite");
    const limit = Number(this.getAttribute("max-bytes") ?? 0);

    const size = (bytes) => {
      const [unit, one] = bytes > 1e6 ? ["megabyte", 1e6] : ["kilobyte", 1e3];
      const format = new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 });
      return format.format(bytes / one);
    };
    const line = (file) => {
      const item = document.createElement("li");
      const name = document.createElement("bdi");
      name.textContent = file.name;
      item.append(name, ` ${size(file.size)}`);
      if (limit && file.size > limit) {
        item.className = "bad";
        item.append(` ${this.getAttribute("too-large") ?? ""}`);
      }
      return item;
    };
    const take = (files) => {
      const all = new DataTransfer();
      const chosen = input.multiple ? [...input.files, ...files] : [...files].slice(0, 1);
      for (const file of chosen) all.items.add(file);
      input.files = all.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };

    input.addEventListener("change", () => list.replaceChildren(...[...input.files].map(line)));
    for (const name of ["dragenter", "dragover"]) {
      this.addEventListener(name, (event) => {
        event.preventDefault();
        this.toggleAttribute("data-over", true);
      });
    }
    for (const name of ["dragleave", "drop"]) {
      this.addEventListener(name, () => this.toggleAttribute("data-over", false));
    }
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer?.files.length) take(event.dataTransfer.files);
    });
    this.closest("form")?.addEventListener("paste", (event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      take(event.clipboardData.files);
    });
  }
});
