// Moments in the agent's own time, and targets that count down while the page is open.
const TICK = 20_000;

export function startClocks() {
  show(document);
  document.addEventListener("htmx:load", (event) => show(event.target));
  setInterval(() => show(document), TICK);
}

function show(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const text = moment(new Date(time.dateTime), time.dataset.form);
    if (time.textContent !== text) time.textContent = text;
    time.title = new Date(time.dateTime).toLocaleString();
  }
  for (const target of root.querySelectorAll("[data-due]")) count(target);
}

function moment(at, form) {
  const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false }).format(at);
  if (form === "time") return time;
  const today = new Date();
  const days = Math.round((startOf(today) - startOf(at)) / 86_400_000);
  const year = at.getFullYear() === today.getFullYear() ? undefined : "numeric";
  const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year }).format(at);
  if (form === "date") return date;
  if (days === 0) return time;
  return days === 1 ? `yesterday ${time}` : `${date}, ${time}`;
}

function startOf(at) {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate());
}

function count(target) {
  const left = (Date.parse(target.dataset.due) - Date.now()) / 1000;
  const state = left < 0 ? "late" : left <= Number(target.dataset.soon) ? "soon" : "calm";
  target.classList.remove("late", "soon", "calm");
  target.classList.add(state);
  target.querySelector(".target-text").textContent = `${span(Math.abs(left))} ${left < 0 ? "late" : "left"}`;
}

function span(seconds) {
  const minutes = Math.floor(seconds / 60);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  if (days) return hours ? `${days} d ${hours} h` : `${days} d`;
  if (hours) return rest ? `${hours} h ${rest} min` : `${hours} h`;
  return `${rest} min`;
}
