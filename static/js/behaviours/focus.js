/** Moves the focus to the error summary of a rejected form, also after an htmx swap. */
const goToErrors = () => document.querySelector(".error-summary")?.focus();

goToErrors();
document.addEventListener("htmx:after:swap", goToErrors);

/** Scrolls the current item of a scrollable row of links into view. */
for (const current of document.querySelectorAll(".sidenav [aria-current], .tabs [aria-current]")) {
  current.scrollIntoView({ inline: "center", block: "nearest" });
}
