import { define } from "../helpers.js";

/** Repeatable rows from a <template>. Keeps TOTAL_FORMS of a Django formset's management form up to date. */
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
    const row = this.querySelector("template").innerHTML.replaceAll("__prefix__", index);
    rows.insertAdjacentHTML("beforeend", row);
    if (total) total.value = index + 1;
    rows.lastElementChild.querySelector("input, textarea, select")?.focus();
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }

  remove_row(row) {
    const gone = row.querySelector("[name$=-DELETE]");
    if (gone) {
      gone.checked = true;
      gone.value = "on";
      row.hidden = true;
    } else {
      row.remove();
    }
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }
});
