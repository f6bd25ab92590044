// Says on the page that tickets changed: by the server's stream, or by the clock while it is broken.
const LOOK_AGAIN = 15_000;
const LOOK_ANYWAY = 60_000; // targets run out without an event

export function startLive() {
  if (!document.querySelector("#queue, #ticket")) return;
  let poll = 0;
  // What happens between the page and its stream is said by the stream first.
  const moment = document.querySelector("meta[name=moment]").content;
  const stream = new EventSource(`/console/events?since=${encodeURIComponent(moment)}`);
  setInterval(() => changed([]), LOOK_ANYWAY);
  stream.addEventListener("open", () => {
    clearInterval(poll);
    poll = 0;
    note(false);
  });
  stream.addEventListener("error", () => {
    poll ||= setInterval(() => changed([]), LOOK_AGAIN);
    note(true);
  });
  stream.addEventListener("tickets", (event) => changed(JSON.parse(event.data)));
  stream.addEventListener("signed_out", () => {
    stream.close();
    location.reload();
  });
  addEventListener("pagehide", () => stream.close());
  keepOpen();
  title();
  document.addEventListener("htmx:afterSwap", title);
}

function changed(tickets) {
  const page = document.querySelector("#ticket");
  if (!page) {
    document.body.dispatchEvent(new CustomEvent("tickets-changed"));
  } else if (!tickets.length || tickets.includes(page.dataset.ticket)) {
    // Whoever is choosing something is not pulled away from it; it is shown when they leave.
    const facts = document.querySelector("#facts");
    if (!facts?.contains(document.activeElement)) return show();
    facts.addEventListener("focusout", () => setTimeout(() => changed(tickets)), { once: true });
  }
}

function show() {
  document.body.dispatchEvent(new CustomEvent("ticket-changed"));
}

function note(broken) {
  const place = document.querySelector("#live");
  if (place) place.hidden = !broken;
}

function title() {
  const queue = document.querySelector("#queue");
  if (!queue) return;
  const waiting = Number(queue.dataset.new);
  document.title = (waiting ? `(${waiting}) ` : "") + queue.dataset.title;
}

// What was unfolded stays unfolded when its part of the page is drawn anew, and so does the focus on a row.
function keepOpen() {
  let open = [];
  let row = null;
  document.addEventListener("htmx:beforeSwap", () => {
    open = [...document.querySelectorAll("details[id][open]")].map((one) => one.id);
    row = document.activeElement?.matches?.("[data-row]") ? document.activeElement.getAttribute("href") : null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (row) document.querySelector(`[data-row][href="${CSS.escape(row)}"]`)?.focus();
    row = null;
  });
}
