// Small custom elements. Each improves HTML that already works without it; none needs inline script or eval.

const csrf = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";
const later = (wait, run) => { let timer; return (...given) => { clearTimeout(timer); timer = setTimeout(() => run(...given), wait); }; };
const define = (name, type) => customElements.get(name) || customElements.define(name, type);
const language = document.documentElement.lang || "en";

/** What is left of a field's maxlength, said politely. */
define("char-count", class extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("[maxlength]");
    if (!field) return;
    const limit = Number(field.getAttribute("maxlength"));
    const output = this.querySelector("output") ?? this.appendChild(document.createElement("output"));
    output.className = "counter";
    const show = () => { output.textContent = `${new Intl.NumberFormat(language).format(field.value.length)} / ${new Intl.NumberFormat(language).format(limit)}`; };
    field.addEventListener("input", show);
    show();
  }
});

/** Asks the server for a fragment built from some fields, so that no rule of money lives in the browser. */
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
      const answer = await fetch(`${this.getAttribute("src")}?${query}`, { signal: this.request.signal, headers: { "HX-Request": "true" } });
      if (answer.ok || answer.status === 422) this.target.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    } finally {
      this.target.removeAttribute("aria-busy");
    }
  }
});

/** Drop and paste for a file input; lists what was chosen and refuses what is too large before the upload. */
define("file-drop", class extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input[type=file]");
    if (!input) return;
    const list = this.appendChild(Object.assign(document.createElement("ul"), { className: "chosen" }));
    list.setAttribute("aria-live", "polite");
    const limit = Number(this.getAttribute("max-bytes") ?? 0);
    const size = (bytes) => new Intl.NumberFormat(language, { style: "unit", unit: bytes > 1e6 ? "megabyte" : "kilobyte", maximumFractionDigits: 1 }).format(bytes > 1e6 ? bytes / 1e6 : bytes / 1e3);
    const show = () => {
      list.replaceChildren(...[...input.files].map((file) => {
        const line = document.createElement("li");
        const name = document.createElement("bdi");
        name.textContent = file.name;
        line.append(name, ` ${size(file.size)}`);
        if (limit && file.size > limit) { line.className = "bad"; line.append(` ${this.getAttribute("too-large") ?? ""}`); }
        return line;
      }));
    };
    const take = (files) => {
      const all = new DataTransfer();
      for (const file of input.multiple ? [...input.files, ...files] : [...files].slice(0, 1)) all.items.add(file);
      input.files = all.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    input.addEventListener("change", show);
    for (const name of ["dragenter", "dragover"]) this.addEventListener(name, (event) => { event.preventDefault(); this.toggleAttribute("data-over", true); });
    for (const name of ["dragleave", "drop"]) this.addEventListener(name, () => this.toggleAttribute("data-over", false));
    this.addEventListener("drop", (event) => { event.preventDefault(); if (event.dataTransfer?.files.length) take(event.dataTransfer.files); });
    this.closest("form")?.addEventListener("paste", (event) => { if (event.clipboardData?.files.length) { event.preventDefault(); take(event.clipboardData.files); } });
  }
});

define("copy-text", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", async (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      await navigator.clipboard.writeText(this.getAttribute("text") ?? "");
      const said = this.querySelector("[data-done]");
      if (said) { said.hidden = false; setTimeout(() => { said.hidden = true; }, 2000); }
    });
  }
});

/** A filter form that sends itself when something changes. */
define("auto-form", class extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    form?.addEventListener("change", () => form.requestSubmit());
    for (const button of this.querySelectorAll("[data-without-script]")) button.hidden = true;
  }
});

/** Posts its form as a draft while somebody types, and says when. */
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
        const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } });
        // The first save of something new says where it lives from now on.
        if (answer.headers.has("X-Save-To")) {
          address = answer.headers.get("X-Save-To");
          form.action = answer.headers.get("X-Form-Action");
        }
        if (status && answer.ok) {
          const at = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(new Date());
          status.textContent = (status.dataset.saved ?? "%s").replace("%s", at);
        }
      } finally {
        running = false;
      }
    });
    form.addEventListener("input", save);
    form.addEventListener("change", save);
  }
});

define("theme-switch", class extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.addEventListener("click", (event) => {
      if (!event.target.closest("button")) return;
      const root = document.documentElement;
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
    });
  }
});

/** Single-key shortcuts for [data-key] inside; silent while somebody types; switched off by data-hot-keys="off" on <html>. */
define("hot-keys", class extends HTMLElement {
  connectedCallback() {
    this.listen = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || document.documentElement.dataset.hotKeys === "off") return;
      if (event.target.closest("input, textarea, select, [contenteditable]")) return;
      const target = this.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!target) return;
      event.preventDefault();
      target.matches("input, textarea, select") ? target.focus() : target.click();
    };
    document.addEventListener("keydown", this.listen);
  }
  disconnectedCallback() { document.removeEventListener("keydown", this.listen); }
});

/** Repeatable rows from a <template>; with a Django formset's management form it keeps TOTAL_FORMS right. */
define("row-list", class extends HTMLElement {
  connectedCallback() {
    for (const button of this.querySelectorAll("[data-add]")) button.hidden = false;
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-add]")) this.add();
      const remove = event.target.closest("[data-remove]");
      if (remove) this.remove_row(remove.closest("[data-row]"));
    });
  }
  add() {
    const total = this.querySelector("[name$=-TOTAL_FORMS]");
    const rows = this.querySelector("[data-rows]");
    const index = total ? Number(total.value) : rows.children.length;
    rows.insertAdjacentHTML("beforeend", this.querySelector("template").innerHTML.replaceAll("__prefix__", index));
    if (total) total.value = index + 1;
    rows.lastElementChild.querySelector("input, textarea, select")?.focus();
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }
  remove_row(row) {
    const gone = row.querySelector("[name$=-DELETE]");
    if (gone) { gone.checked = true; gone.value = "on"; row.hidden = true; } else row.remove();
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

/** Passkeys of the login pages call in with their own script; here only the frame's behaviour. */
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  event.target.closest("[data-dismiss]")?.closest(".toast")?.remove();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
  if (event.key === "Enter" && event.ctrlKey) event.target.closest("form[data-ctrl-enter]")?.requestSubmit();
});
// Money and other posts are sent once: the second click of a double click finds the button busy.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  const button = event.submitter;
  if (button) setTimeout(() => { button.setAttribute("aria-busy", "true"); button.disabled = true; });
  // What takes longer says so, also to who does not see the button.
  for (const status of event.target.querySelectorAll("[data-busy]")) status.textContent = status.dataset.busy;
});
addEventListener("pageshow", () => { for (const button of document.querySelectorAll("button[aria-busy=true]")) { button.disabled = false; button.removeAttribute("aria-busy"); } for (const status of document.querySelectorAll("[data-busy]")) status.textContent = ""; });
// A slider says where it stands.
for (const slider of document.querySelectorAll("input[type=range]")) {
  const output = document.createElement("output");
  output.className = "counter";
  const show = () => { output.textContent = new Intl.NumberFormat(language).format(slider.value); };
  slider.after(output);
  slider.addEventListener("input", show);
  show();
}
setTimeout(() => { for (const toast of document.querySelectorAll(".toast")) toast.remove(); }, 8000);
if (!document.cookie.includes("time_zone=")) document.cookie = `time_zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/; max-age=31536000; samesite=lax`;
document.querySelector(".error-summary")?.focus();
for (const current of document.querySelectorAll(".sidenav [aria-current], .tabs [aria-current]")) current.scrollIntoView({ inline: "center", block: "nearest" });
document.addEventListener("htmx:after:swap", () => document.querySelector(".error-summary")?.focus());
