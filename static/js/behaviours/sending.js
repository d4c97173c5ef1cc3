/** Ctrl + Enter submits forms with data-ctrl-enter. */
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) event.target.closest("form[data-ctrl-enter]")?.requestSubmit();
});

/** Prevents double submits: after the first click the button of a POST form is disabled. */
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  const button = event.submitter;
  if (button) {
    setTimeout(() => {
      button.setAttribute("aria-busy", "true");
      button.disabled = true;
    });
  }
  // Announces that it takes a moment, also for people who cannot see the button.
  for (const status of event.target.querySelectorAll("[data-busy]")) status.textContent = status.dataset.busy;
});

/** Restores the buttons when the user returns with the browser's Back button. */
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-busy=true]")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
  for (const status of document.querySelectorAll("[data-busy]")) status.textContent = "";
});
