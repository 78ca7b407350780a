/* Elements, and texts with their marks; every text of the collection goes in as text, never as markup. */

const SVG = "http://www.w3.org/2000/svg";

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return node;
}

function make(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function draw(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function button(text, attributes, onclick) {
  return make("button", { type: "button", ...attributes, onclick }, text);
}

const NUMBERS = new Intl.NumberFormat("en");

function numberText(n) {
  return NUMBERS.format(n);
}

function counted(n, one, many = `${one}s`) {
  return `${numberText(n)} ${n === 1 ? one : many}`;
}

function id(name) {
  return document.getElementById(name);
}

/** Puts new children in a place; what had the focus has it again, by its key. */
function show(place, ...children) {
  const key = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  place.replaceChildren(...children.flat(Infinity).filter((child) => child != null && child !== false));
  if (key) place.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

function widestFirst(a, b) {
  return a.start - b.start || b.end - a.end;
}

/** A stretch of a text with ranges as nested elements; where two cross, the later one is cut in two. */
function withMarks(parent, text, from, to, ranges) {
  let at = from;
  let queue = ranges.filter((r) => r.start < to && r.end > from).sort(widestFirst);
  while (queue.length) {
    const [range, ...others] = queue;
    const [start, end] = [Math.max(range.start, at), Math.min(range.end, to)];
    queue = others;
    if (start >= end) continue;
    parent.append(text.slice(at, start));
    const inside = others.filter((r) => r.start < end);
    queue = [...others.filter((r) => r.start >= end), ...inside.filter((r) => r.end > end).map((r) => ({ ...r, start: end }))].sort(
      widestFirst,
    );
    parent.append(withMarks(range.element(), text, start, end, inside));
    at = end;
  }
  parent.append(text.slice(at, to));
  return parent;
}

function mentionTitle(report, m) {
  const assertion = report.head.assertions[report.columns.mention_assertion[m]];
  const concept = report.columns.mention_concept[m];
  return `${nameOf(report, concept)} · ${labelOf(report, concept).toLowerCase().replace("_", " ")}${assertion === "present" ? "" : ` · ${assertion}${cueOf(report, m)}`}`;
}

function cueOf(report, m) {
  const { cue_start: start, cue_length: length } = report.columns;
  if (!length[m]) return "";
  const from = report.mentionStart[m] + start[m];
  return ` (“${textOf(report, report.mentionDocument[m]).slice(from, from + length[m])}”)`;
}

/** Ranges of mentions, each with its cue. */
function mentionRanges(report, mentions) {
  return mentions.flatMap((m) => {
    const { mention_concept: concept, mention_assertion: assertion, cue_start: cue, cue_length: length } = report.columns;
    const said = report.head.assertions[assertion[m]];
    const kind = `mark label-${labelOf(report, concept[m])}${said === "present" ? "" : ` ${said}`}`;
    const mark = {
      start: report.mentionStart[m],
      end: report.mentionEnd[m],
      element: () => make("mark", { class: kind, title: mentionTitle(report, m), "data-mention": m }),
    };
    if (!length[m]) return [mark];
    const from = report.mentionStart[m] + cue[m];
    return [
      mark,
      {
        start: from,
        end: from + length[m],
        element: () => make("span", { class: "cue", title: `makes it ${said}: ${nameOf(report, concept[m])}` }),
      },
    ];
  });
}

/** Ranges of the words of a search. */
function hitRanges(text, words) {
  const low = text.toLowerCase();
  if (low.length !== text.length) return [];
  return words.flatMap((word) => {
    const found = [];
    for (let at = low.indexOf(word); at >= 0; at = low.indexOf(word, at + word.length)) found.push(at);
    return found.map((at) => ({ start: at, end: at + word.length, element: () => make("span", { class: "hit" }) }));
  });
}

function mentionsOf(report, document) {
  const [from, to] = [report.mentionFirst[document], report.mentionFirst[document + 1]];
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** A document's text as paragraphs, one for each section. */
function abstractOf(report, document, ranges) {
  const text = textOf(report, document);
  const title = report.columns.document_title[document];
  const paragraphs = [];
  let from = title ? title + 1 : 0;
  for (let s = report.sentenceFirst[document] + 1; s < report.sentenceFirst[document + 1]; s += 1) {
    const isNew = report.columns.sentence_section[s] !== report.columns.sentence_section[s - 1];
    if (isNew && report.sentenceStart[s] > from) {
      paragraphs.push(withMarks(make("p"), text, from, report.sentenceStart[s], ranges));
      from = report.sentenceStart[s];
    }
  }
  if (from < text.length) paragraphs.push(withMarks(make("p"), text, from, text.length, ranges));
  return paragraphs.length ? paragraphs : [make("p", { class: "quiet" }, "The record has no abstract.")];
}

function sentenceOf(report, sentence, ranges) {
  const text = textOf(report, report.sentenceDocument[sentence]);
  return withMarks(make("q"), text, report.sentenceStart[sentence], report.sentenceEnd[sentence], ranges);
}

function sectionOf(report, sentence) {
  return report.head.sections[report.columns.sentence_section[sentence]];
}

/** Study, journal and links of a document. */
function citation(report, document) {
  const { head, columns } = report;
  const [journal, pmid, doi] = [head.journals[columns.document_journal[document]], head.pmid[document], head.doi[document]];
  const link = (href, text) => make("a", { href, rel: "noreferrer noopener", target: "_blank" }, text);
  const parts = [
    head.study[document],
    journal,
    head.study[document].endsWith(String(columns.document_year[document])) ? null : columns.document_year[document] || "no year",
    head.study_types[columns.document_type[document]],
    columns.document_patients[document] >= 0 ? counted(columns.document_patients[document], "patient") : null,
    pmid ? link(`https://pubmed.ncbi.nlm.nih.gov/${encodeURIComponent(pmid)}/`, `PMID ${pmid}`) : null,
    doi ? link(`https://doi.org/${encodeURI(doi)}`, `doi:${doi}`) : null,
    pmid || doi ? null : head.doc_id[document],
    columns.document_retracted[document] ? make("strong", { class: "warn" }, "retracted") : null,
    head.notices[document] || null,
  ].filter(Boolean);
  return make("p", { class: "cite" }, ...parts.flatMap((part, i) => (i ? [" · ", part] : [part])));
}

/** Buttons that turn pages. */
function pager(page, nPages, go) {
  if (nPages < 2) return null;
  return make(
    "nav",
    { class: "pager", "aria-label": "Pages" },
    button("‹ Previous", { "data-key": "previous", disabled: page <= 1 }, () => go(page - 1)),
    make("span", {}, `Page ${page} of ${numberText(nPages)}`),
    button("Next ›", { "data-key": "next", disabled: page >= nPages }, () => go(page + 1)),
  );
}

function choice(label, key, options, value, onchange) {
  const select = make(
    "select",
    { "data-key": key, onchange: (event) => onchange(event.target.value) },
    ...options.map(([v, text]) => make("option", { value: v, selected: v === value }, text)),
  );
  return make("label", { class: "choice" }, make("span", {}, label), select);
}
