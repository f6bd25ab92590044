// Screenshots in full: fitted to the window, or in their own size to be scrolled.
export function startZoom() {
  const dialog = document.querySelector("#zoom");
  if (!dialog) return;
  const image = dialog.querySelector("#zoom-image");
  const room = dialog.querySelector(".zoom-room");
  const button = dialog.querySelector("#zoom-size");

  const size = (actual) => {
    room.classList.toggle("actual", actual);
    button.setAttribute("aria-pressed", String(actual));
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-zoom]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const name = link.querySelector("img").alt;
    image.src = link.href;
    image.alt = name;
    dialog.querySelector("#zoom-name").textContent = name;
    dialog.querySelector("#zoom-save").href = link.href;
    size(false);
    dialog.showModal();
  });
  image.addEventListener("click", () => size(!room.classList.contains("actual")));
  button.addEventListener("click", () => size(!room.classList.contains("actual")));
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "+") size(true);
    if (event.key === "-") size(false);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
