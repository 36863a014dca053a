// Live parts, keys, and questions before what cannot be undone. Every page works without it.
"use strict";

// The page asks for itself again when something happened, and takes in the parts marked live.
// What somebody is typing into is left alone.
async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: "text/html", "kia-refresh": "1" } });
  if (answer.redirected || answer.status === 401) { location.reload(); return; }
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const now of document.querySelectorAll("main [data-live]")) {
    const then = fresh.getElementById(now.id);
    const busy = now.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
    if (!then || busy || now.innerHTML === then.innerHTML) continue;
    now.replaceWith(document.adoptNode(then));
  }
}

if (document.body.dataset.live) {
  let waiting = null;
  const soon = () => {
    if (waiting) return;
    waiting = setTimeout(() => { waiting = null; refresh().catch(() => {}); }, 300);
  };
  const news = new EventSource("/live");
  news.addEventListener("change", soon);
  news.addEventListener("open", () => { if (document.body.classList.contains("offline")) soon(); document.body.classList.remove("offline"); });
  news.addEventListener("error", () => document.body.classList.add("offline"));
  // What lies in files and not in the log is asked for again by the clock.
  const every = document.querySelector("[data-every]");
  if (every) setInterval(() => { if (!document.hidden) refresh().catch(() => {}); }, Number(every.dataset.every));
  window.addEventListener("pagehide", () => news.close());
}

// Digits open the pages of the menu, a slash goes to the search.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  if (document.body.dataset.keys === "off") return;
  const link = document.querySelector(`nav a[data-key="${CSS.escape(event.key)}"]`);
  const search = event.key === "/" && document.querySelector("[data-search]");
  if (search) { event.preventDefault(); search.focus(); search.select(); }
  else if (link) { event.preventDefault(); link.click(); }
});

// A form that says so is asked about before it is sent, and no form is sent twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && !window.confirm(question)) { event.preventDefault(); return; }
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.method === "post") {
    form.dataset.sent = "yes";
    // The page stays where a file is the answer, and another one may be wanted.
    setTimeout(() => delete form.dataset.sent, form.hasAttribute("data-file") ? 300 : 3000);
  }
});

// A list that is chosen from sends its form at once, where it says so.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-sends]")) event.target.form.requestSubmit();
});
