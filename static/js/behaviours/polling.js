/** A page that nobody sees does not ask for news (hx-trigger="every …"); it asks as soon as it is seen again. */
document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden && event.detail.ctx.sourceEvent?.type === "every") event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const asking of document.querySelectorAll("[hx-trigger^=every]")) asking.dispatchEvent(new CustomEvent("every"));
});
