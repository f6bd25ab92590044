// While a ticket is open and seen, it is read, and the others see who looks.
const EVERY = 25_000;

export function startPresence() {
  if (!document.querySelector("#ticket")) return;
  look();
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}

async function look() {
  const page = document.querySelector("#ticket");
  if (!page || document.visibilityState !== "visible") return;
  const body = new URLSearchParams({ csrf: document.querySelector("meta[name=csrf]").content });
  try {
    const { status } = await fetch(`${page.dataset.path}/looking`, { method: "POST", body });
    if (status === 401) location.reload();
  } catch {
    // Offline: the next look says it.
  }
}
