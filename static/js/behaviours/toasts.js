/** Short messages go by their button, or by themselves after eight seconds. */
document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".toast")?.remove();
});
setTimeout(() => {
  for (const toast of document.querySelectorAll(".toast")) toast.remove();
}, 8000);
