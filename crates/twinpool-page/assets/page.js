// Keeps the overview fresh. Without it every page works; the browser then loads the overview anew.
"use strict";

const EVERY = 5000;
const PATIENCE = 10000;

const clock = (date) => date.toISOString().slice(11, 19) + " UTC";

// What is open stays open, and who stands on something goes on standing there.
function take(now, next) {
  const selection = document.getSelection();
  if (selection && !selection.isCollapsed && now.contains(selection.anchorNode)) {
    return now; // Somebody is copying from it.
  }
  for (const open of now.querySelectorAll("details[id]")) {
    const same = next.querySelector("#" + CSS.escape(open.id));
    if (same) same.open = open.open;
  }
  const scrolled = [...now.querySelectorAll(".scroll")].map((box) => [box.scrollTop, box.scrollLeft]);
  const focused = now.contains(document.activeElement) ? place(document.activeElement) : null;
  now.replaceWith(next);
  [...next.querySelectorAll(".scroll")].forEach((box, index) => {
    [box.scrollTop, box.scrollLeft] = scrolled[index] || [0, 0];
  });
  if (focused) {
    const same = next.querySelector(focused);
    if (same) same.focus({ preventScroll: true });
  }
  return next;
}

// How to find the same thing again.
function place(element) {
  if (element.id) return "#" + CSS.escape(element.id);
  const near = element.closest("[id]");
  const within = near && near.id !== "now" ? "#" + CSS.escape(near.id) + " " : "";
  const href = element.getAttribute("href");
  const label = element.getAttribute("aria-label") || element.getAttribute("aria-labelledby");
  if (href) return within + "a[href=\"" + CSS.escape(href) + "\"]";
  if (label) return `[aria-label="${CSS.escape(label)}"], [aria-labelledby="${CSS.escape(label)}"]`;
  return within + element.localName;
}

function keepFresh(now) {
  const news = document.getElementById("news");
  const gone = document.getElementById("gone");
  let reached = new Date();
  let timer = 0;

  function lost(why) {
    const told = `Not reached since ${clock(reached)}: ${why} What you see is of then.`;
    if (gone.textContent !== told) gone.textContent = told;
    gone.hidden = false;
  }

  async function look() {
    try {
      const answer = await fetch("/now", { signal: AbortSignal.timeout(PATIENCE), headers: { accept: "text/html" } });
      if (answer.status === 403) {
        lost("the page was started anew. Open the address that it printed.");
      } else if (!answer.ok) {
        lost(`it answers with ${answer.status}.`);
      } else {
        const text = await answer.text();
        const next = new DOMParser().parseFromString(text, "text/html").getElementById("now");
        if (!next) throw new Error("no page");
        reached = new Date();
        gone.hidden = true;
        const before = now.dataset.health;
        if (next.outerHTML !== now.outerHTML) now = take(now, document.adoptNode(next));
        document.title = now.dataset.title;
        if (now.dataset.health !== before) news.textContent = now.dataset.health;
      }
    } catch {
      lost("is twinpool still running?");
    }
    later();
  }

  function later() {
    clearTimeout(timer);
    timer = document.hidden ? 0 : setTimeout(look, EVERY);
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) look();
  });
  later();
}

// A second press would do no harm: the server does it once. It is said that something happens.
document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("button.go");
  if (!button) return;
  setTimeout(() => {
    button.disabled = true;
    button.textContent = "Under way…";
    document.getElementById("news").textContent = "Under way";
  });
});

// Back from the cache of the browser, a page is as old as it was left.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

const shown = document.getElementById("now");
if (shown) keepFresh(shown);
