/** Short messages close with their button, or automatically after eight seconds. */
document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".toast")?.remove();
});
setTimeout(() => {
  for (const toast of document.querySelectorAll(".toast")) toast.remove();
}, 8000);
