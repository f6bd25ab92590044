// Single keys, for who works here all day. They can be turned off, and never disturb typing.
const OFF = "console:keys-off";
const VIEWS = ["1", "2", "3", "4"];

export function startKeys() {
  const help = document.querySelector("#shortcuts");
  if (!help) return;
  const box = help.querySelector("#keys-on");
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
  document.querySelector("#help-button").addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]") || typing(event.target)) return;
    if (act(event.key, help)) event.preventDefault();
  });
}

function typing(element) {
  return element.matches?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
}

function act(key, help) {
  if (key === "?") {
    help.showModal();
    return true;
  }
  if (key === "/") return focus("#q") || go("/console#q");
  if (key === "i") return go("/console/insights");
  if (key === "u") return go("/console");
  if (VIEWS.includes(key)) return press(`[data-view="${key}"]`);
  if (key === "j") return step(1);
  if (key === "k") return step(-1);
  const wanted = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!wanted) return false;
  if (wanted.matches("select")) wanted.focus();
  else wanted.click();
  if (key === "r" || key === "n") document.querySelector("#text").focus();
  return true;
}

function go(path) {
  location.assign(path);
  return true;
}

function focus(selector) {
  const found = document.querySelector(selector);
  found?.focus();
  return Boolean(found);
}

function press(selector) {
  const found = document.querySelector(selector);
  found?.click();
  return Boolean(found);
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return false;
  const at = rows.indexOf(document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by))].focus();
  return true;
}
