// Marks by selecting words, and the keys of the check; each can also be done by a form.
"use strict";

/** Code points of a text; the folder counts places so, the browser in halves of them. */
function codePoints(text) {
  return [...text].length;
}

/** The place of a point of the page in the document's text, or null where it stands in no text. */
function placeOf(node, offset) {
  const own = (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest("[data-start]");
  if (!own) return null;
  const before = document.createRange();
  before.setStart(own, 0);
  before.setEnd(node, offset);
  return Number(own.dataset.start) + codePoints(before.toString());
}

/** What is selected of the text: its words and their place; null where nothing is, or it leaves the text. */
function selectedPlace() {
  const selection = window.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const start = placeOf(range.startContainer, range.startOffset);
  const end = placeOf(range.endContainer, range.endOffset);
  const words = selection.toString().trim();
  return start === null || end === null || start >= end || !words ? null : { start, end, words, box: range.getBoundingClientRect() };
}

/** The bar below the words that are selected. */
function showBar() {
  const bar = document.getElementById("add-bar");
  if (!bar || bar.contains(document.activeElement)) return;
  const place = selectedPlace();
  if (!place) { bar.hidden = true; return; }
  bar.elements.start.value = place.start;
  bar.elements.end.value = place.end;
  document.getElementById("add-words").textContent = place.words.length > 80 ? place.words.slice(0, 79) + "…" : place.words;
  bar.hidden = false;
  const around = bar.parentElement.getBoundingClientRect();
  const left = Math.min(Math.max(place.box.left - around.left, 0), Math.max(around.width - bar.offsetWidth, 0));
  bar.style.left = left + "px";
  bar.style.top = place.box.bottom - around.top + 8 + "px";
}

let waiting = 0;
document.addEventListener("selectionchange", () => {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(showBar, 180);
});

document.addEventListener("keydown", (event) => {
  const bar = document.getElementById("add-bar");
  if (event.key === "Escape" && bar && !bar.hidden) {
    bar.hidden = true;
    window.getSelection().removeAllRanges();
    event.stopImmediatePropagation();
  }
}, true);

/** A drag that ends on a mark selects words and does not open it; a link is not dragged away from within the text. */
let pressed = null;
document.addEventListener("mousedown", (event) => { pressed = [event.clientX, event.clientY]; }, true);
document.addEventListener("click", (event) => {
  const isDrag = pressed && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > 4;
  if (isDrag && event.target.closest?.(".text a.mark") && selectedPlace()) { event.preventDefault(); event.stopPropagation(); }
}, true);
document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.(".text a.mark")) event.preventDefault();
});

/** 1, 2 and 3 judge the row that has the focus; then the next row has it. */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select")) return;
  const row = document.activeElement?.closest?.("[data-check]");
  const button = row?.querySelector(`[data-verdict="${CSS.escape(event.key)}"]`);
  if (button) { event.preventDefault(); button.click(); }
});

let next = null;
document.addEventListener("submit", (event) => {
  const row = event.target.closest("[data-check]");
  next = row && event.submitter?.dataset.verdict ? row.nextElementSibling?.id ?? row.id : null;
}, true);

/** The sentence that an address names, the mark that was chosen, and the row after the one that was judged. */
function settle() {
  const name = window.location.hash.slice(1);
  if (next) { document.getElementById(next)?.focus(); next = null; return; }
  if (/^s\d+$/.test(name)) { document.querySelector(".sentence.found")?.classList.remove("found"); document.getElementById(name)?.classList.add("found"); }
  const panel = name === "mention" ? document.getElementById("mention") : null;
  if (panel && panel.getBoundingClientRect().top > window.innerHeight - 60) panel.scrollIntoView({ block: "nearest" });
}

document.addEventListener("shown", settle);
window.addEventListener("hashchange", settle);
