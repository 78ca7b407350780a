// Makes the pages quicker, never possible: each link and form also works without it.
"use strict";

const REGIONS = ["filters", "view", "drawer-place"];
let latest = 0;

/** Put the parts of a page in the place of those shown; keeps focus, caret, open boxes and scroll. */
function show(html, url, history) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const focus = remembered();
  const open = new Set([...document.querySelectorAll("details[data-keep][open]")].map((d) => d.id));
  const scrolled = document.getElementById("filters")?.scrollTop ?? 0;
  const had = Boolean(document.getElementById("drawer"));
  const isShown = document.getElementById("show-filters")?.checked ?? false;
  for (const id of REGIONS) {
    const now = document.getElementById(id);
    const next = page.getElementById(id);
    if (now && next && !next.hasAttribute("data-mend")) now.replaceWith(document.adoptNode(next)); // a query half typed takes no filters away
  }
  const nav = page.querySelector(".top nav");
  if (nav) document.querySelector(".top nav").replaceWith(document.adoptNode(nav));
  document.title = page.title;
  if (history === "push") window.history.pushState(null, "", url);
  if (history === "replace") window.history.replaceState(null, "", url);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  const filters = document.getElementById("filters");
  if (filters && scrolled) filters.scrollTop = scrolled; // else no layout is asked for now
  const box = document.getElementById("show-filters");
  if (box) box.checked = isShown;
  applyMarks();
  placeFocus(focus, had);
  say(document.querySelector(".bar .count")?.textContent.trim() ?? document.title);
  document.dispatchEvent(new CustomEvent("shown"));
}

function remembered() {
  const e = document.activeElement;
  return e && e.id ? { id: e.id, from: e.selectionStart ?? null, to: e.selectionEnd ?? null } : null;
}

/** Focus goes into a drawer that opens, back to what opened one that closes, else it stays. */
function placeFocus(focus, had) {
  const drawer = document.getElementById("drawer");
  if (drawer && !had) {
    opener = focus?.id ?? null;
    drawer.focus({ preventScroll: true });
  } else if (!drawer && had && opener) {
    document.getElementById(opener)?.focus({ preventScroll: true });
  } else if (focus) {
    const e = document.getElementById(focus.id);
    e?.focus({ preventScroll: true });
    if (e && focus.from !== null && e.setSelectionRange && e.type !== "checkbox") {
      try { e.setSelectionRange(focus.from, focus.to); } catch { /* this kind of field has no caret */ }
    }
  } else if (drawer) {
    drawer.focus({ preventScroll: true });
  }
}
let opener = null;

function say(words) {
  const said = document.getElementById("said");
  if (said && said.textContent !== words) said.textContent = words;
}

/** Fetch a page and show it; an answer that is late is dropped. */
async function go(url, { history = "push", top = false, ...options } = {}) {
  const mine = ++latest;
  document.documentElement.classList.add("waiting");
  try {
    const answer = await fetch(url, { headers: { Accept: "text/html" }, ...options });
    const html = await answer.text();
    if (mine !== latest) return;
    if (!(answer.headers.get("content-type") ?? "").startsWith("text/html")) { say(html); window.alert(html); return; }
    show(html, answer.redirected ? answer.url : url, options.method === "POST" && !answer.redirected ? "none" : history);
    if (top) window.scrollTo(0, 0);
  } catch (error) {
    if (mine === latest) say("The explorer does not answer. Is the program still running?");
  } finally {
    if (mine === latest) document.documentElement.classList.remove("waiting");
  }
}

function address(form) {
  const data = [...new FormData(form)].filter(([, value]) => String(value).trim() !== "");
  const query = new URLSearchParams(data).toString();
  return form.getAttribute("action") + (query ? "?" + query : "");
}

function isPlainClick(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey && !event.defaultPrevented;
}

document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy], [data-copy-address], [data-quote]");
  if (copy) { copyOf(copy); return; }
  const link = event.target.closest("a[href]");
  if (!link || !isPlainClick(event) || link.target || link.hasAttribute("download")) return;
  const href = link.getAttribute("href") ?? link.href.baseVal;
  const url = new URL(href.baseVal ?? href, window.location.href);
  if (url.origin !== window.location.origin) return;
  if (url.pathname === window.location.pathname && url.search === window.location.search && url.hash) return;
  event.preventDefault();
  const isOther = url.pathname !== window.location.pathname || url.searchParams.get("page") !== new URLSearchParams(window.location.search).get("page");
  go(url.pathname + url.search + url.hash, { top: isOther && !link.closest("#filters") });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("data-plain")) return;
  event.preventDefault();
  if (form.method === "post") {
    const data = new FormData(form, event.submitter);
    go(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(data), history: "replace" });
  } else {
    go(address(form));
  }
});

document.addEventListener("change", (event) => {
  const mark = event.target.dataset.mark;
  if (mark) { keepMark(mark, event.target.checked); return; }
  const form = event.target.form;
  if (form?.hasAttribute("data-live") && event.target.name && !isTyped(event.target)) go(address(form));
  else if (form?.hasAttribute("data-live") && event.target.name) go(address(form), { history: "replace" });
});

function isTyped(field) {
  return field.tagName === "INPUT" && ["text", "search"].includes(field.type);
}

let timer = 0;
document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.dataset.narrow) { narrow(field); return; }
  if (!field.form?.hasAttribute("data-live") || !isTyped(field) || !field.name) return;
  window.clearTimeout(timer);
  const isYear = field.maxLength === 4 && field.value.length !== 4 && field.value.length !== 0;
  if (!isYear) timer = window.setTimeout(() => go(address(field.form), { history: "replace" }), 160);
});

window.addEventListener("popstate", () => go(window.location.pathname + window.location.search, { history: "none" }));

/** More of a list is fetched when it is opened. */
async function fetchMore(details) {
  const list = details.querySelector("ul");
  const form = details.closest("form");
  if (list.childElementCount || !form) return;
  const asked = new URLSearchParams(new FormData(form));
  asked.set("label", details.dataset.more);
  const answer = await fetch("/options?" + asked);
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("options-found");
  const shown = new Set([...document.querySelectorAll(`#box-${details.dataset.more} input[name=mentioning]`)].map((one) => one.value));
  for (const item of [...(found?.children ?? [])]) if (!shown.has(item.querySelector("input")?.value)) list.append(document.adoptNode(item));
}

document.addEventListener("toggle", (event) => {
  if (event.target.open && event.target.dataset?.more) fetchMore(event.target);
}, true);

const lists = new WeakMap();
let narrowing = 0;

/** Show of a whole list, not only of what stands there, what holds the letters typed. */
async function narrow(field) {
  const list = document.querySelector(`#box-${field.dataset.narrow} ul`);
  if (!lists.has(list)) lists.set(list, [...list.childNodes]);
  const words = field.value.trim();
  const mine = ++narrowing;
  if (!words) { list.replaceChildren(...lists.get(list)); return; }
  const asked = new URLSearchParams(new FormData(field.form));
  asked.set("label", field.dataset.narrow);
  asked.set("name", words);
  const answer = await fetch("/options?" + asked);
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("options-found");
  if (mine === narrowing && found) list.replaceChildren(...document.adoptNode(found).childNodes);
}

/** Marks that are switched off stay so, from page to page. */
function keepMark(label, isShown) {
  const off = new Set(JSON.parse(window.sessionStorage.getItem("marks") ?? "[]"));
  if (isShown) off.delete(label); else off.add(label);
  window.sessionStorage.setItem("marks", JSON.stringify([...off]));
  applyMarks();
}

function applyMarks() {
  const off = new Set(JSON.parse(window.sessionStorage.getItem("marks") ?? "[]"));
  for (const box of document.querySelectorAll("[data-mark]")) box.checked = !off.has(box.dataset.mark);
  const view = document.getElementById("view");
  for (const name of [...view.classList]) if (name.startsWith("no-")) view.classList.remove(name);
  for (const label of off) view.classList.add("no-" + label);
}

async function copyOf(button) {
  let words = window.location.href;
  if (button.dataset.copy) words = document.getElementById(button.dataset.copy).textContent;
  if (button.hasAttribute("data-quote")) words = quoted(button.closest(".unit"));
  try {
    await navigator.clipboard.writeText(words);
    say("Copied");
    flash(button, "Copied");
  } catch {
    say("The browser does not let pages copy. Select the words instead.");
  }
}

function quoted(unit) {
  const sentences = [...unit.querySelectorAll("blockquote")].map((q) => {
    const own = q.cloneNode(true);
    own.querySelector(".where")?.remove();
    return own.textContent.replace(/\s+/g, " ").trim();
  });
  const source = unit.querySelector(".source").cloneNode(true);
  source.querySelectorAll("button").forEach((b) => b.remove());
  return "“" + sentences.join(" … ") + "” (" + source.textContent.replace(/\s+/g, " ").trim() + ")";
}

function flash(button, words) {
  const before = button.innerHTML;
  button.textContent = words;
  window.setTimeout(() => { button.innerHTML = before; }, 1200);
}

/** Keys of a list: j and k go on and back, o opens, x ticks, / searches, Escape closes. */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    const menu = document.querySelector("details.leave[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); return; }
    document.getElementById("close-drawer")?.click();
    return;
  }
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const cards = [...document.querySelectorAll("[data-card]")];
  const at = cards.findIndex((c) => c === document.activeElement || c.contains(document.activeElement));
  const keys = {
    j: () => cards[Math.min(at + 1, cards.length - 1)]?.focus(),
    k: () => cards[Math.max(at - 1, 0)]?.focus(),
    o: () => cards[at]?.querySelector("[data-open]")?.click(),
    x: () => (cards[at] ?? document).querySelector("[data-key=x]")?.click(),
    n: () => document.querySelector("[data-next]")?.click(),
    p: () => document.querySelector("[data-previous]")?.click(),
    "/": () => document.getElementById("q")?.focus(),
  };
  if (keys[event.key]) { keys[event.key](); event.preventDefault(); }
});

document.addEventListener("click", (event) => {
  const menu = document.querySelector("details.leave[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});

/** A part that takes longer comes when somebody scrolls to it. */
function later() {
  const link = document.querySelector("a[data-later]");
  if (!link) return;
  new IntersectionObserver((seen, watch) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    watch.disconnect();
    fetchLater(link);
  }).observe(link);
}

async function fetchLater(link) {
  const answer = await fetch(link.href);
  const part = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(link.dataset.later);
  if (part && link.isConnected) document.getElementById(link.dataset.later).replaceWith(document.adoptNode(part));
}

document.addEventListener("shown", later);
applyMarks();
later();
