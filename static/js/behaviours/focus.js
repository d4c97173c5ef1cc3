/** After a refused form the reader is at the list of what to check, also where htmx put the answer in. */
const goToErrors = () => document.querySelector(".error-summary")?.focus();

goToErrors();
document.addEventListener("htmx:after:swap", goToErrors);

/** The current item of a line of links that scrolls is in view. */
for (const current of document.querySelectorAll(".sidenav [aria-current], .tabs [aria-current]")) {
  current.scrollIntoView({ inline: "center", block: "nearest" });
}
