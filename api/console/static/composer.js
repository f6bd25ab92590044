// Words that are being written survive everything but being sent; ready answers are put into them.
export function startComposer() {
  restore();
  document.addEventListener("htmx:load", restore);
  document.addEventListener("input", (event) => {
    if (event.target.id === "text") keep(event.target.value);
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === "kind") document.querySelector("#text")?.focus();
  });
  document.addEventListener("click", (event) => {
    const answer = event.target.closest?.("[data-insert]");
    if (answer) insert(answer);
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (answer || !menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) shut(menu);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "text") {
      event.preventDefault();
      const note = document.querySelector("[name=kind][value=note]").checked;
      event.target.form.requestSubmit(event.target.form.querySelector(note ? ".primary.for-note" : ".primary.for-reply"));
    }
  });
  scroll();
}

function shut(menu) {
  const inside = menu.contains(document.activeElement);
  menu.open = false;
  if (inside) menu.querySelector("summary").focus();
}

function place() {
  return `console:words:${document.querySelector("#ticket").dataset.ticket}`;
}

function keep(text) {
  if (text) sessionStorage.setItem(place(), text);
  else sessionStorage.removeItem(place());
}

function restore() {
  const page = document.querySelector("#ticket");
  const field = document.querySelector("#text");
  if (!page || !field) return;
  if (/^(replied|replied_nowhere|solved|noted)$/.test(page.dataset.done)) {
    sessionStorage.removeItem(place());
    page.dataset.done = "";
  }
  if (!field.value) field.value = sessionStorage.getItem(place()) ?? "";
}

function insert(answer) {
  const field = document.querySelector("#text");
  const { selectionStart: start, selectionEnd: end, value } = field;
  const before = value.slice(0, start);
  const gap = before && !before.endsWith("\n\n") ? (before.endsWith("\n") ? "\n" : "\n\n") : "";
  field.setRangeText(gap + answer.dataset.insert, start, end, "end");
  document.querySelector("[name=kind][value=reply]").checked = true;
  keep(field.value);
  field.focus();
}

// The last words are what an agent reads first.
function scroll() {
  const last = document.querySelector("#thread > .lines > :last-child");
  if (last && !location.hash && last.getBoundingClientRect().bottom > innerHeight) {
    last.scrollIntoView({ block: "center" });
  }
}
