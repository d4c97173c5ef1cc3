/** Ctrl + Enter sends a form that asks for it. */
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) event.target.closest("form[data-ctrl-enter]")?.requestSubmit();
});

/** Money and other posts are sent once: the second click of a double click finds the button busy. */
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  const button = event.submitter;
  if (button) {
    setTimeout(() => {
      button.setAttribute("aria-busy", "true");
      button.disabled = true;
    });
  }
  // What takes longer says so, also to who does not see the button.
  for (const status of event.target.querySelectorAll("[data-busy]")) status.textContent = status.dataset.busy;
});

/** Who comes back to the page by the browser's button finds everything as it was before sending. */
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-busy=true]")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
  for (const status of document.querySelectorAll("[data-busy]")) status.textContent = "";
});
