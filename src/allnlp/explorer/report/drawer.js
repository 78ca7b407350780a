/* The drawer: the sentences behind a number, a whole abstract, or what is known of a mark. */

const UNITS_AT_ONCE = 25;

function openDocument(report, document, current) {
  return button("Whole abstract", { class: "small", "data-key": `whole ${document}` }, () =>
    go(current(), { open: `document.${document}`, page: current().page }),
  );
}

/** A document's sentences, with marks of what is asked for. */
function unitItem(report, unit, ranges, current) {
  const sentences = unit.sentences.map(({ sentence, isWhole }) =>
    make(
      "li",
      { class: isWhole ? "whole" : "part" },
      make("span", { class: "where" }, sectionOf(report, sentence)),
      sentenceOf(report, sentence, ranges),
    ),
  );
  return make(
    "li",
    { class: "unit", "data-document": report.head.doc_id[unit.document] },
    make("h3", {}, titleOf(report, unit.document)),
    citation(report, unit.document),
    make("ul", {}, sentences),
    openDocument(report, unit.document, current),
  );
}

/** A list that grows on demand, so that thousands of documents open at once. */
function growing(items, itemOf) {
  const list = make("ol", { class: "units" });
  const more = button("", { class: "more" }, () => {
    const from = list.children.length;
    list.append(...items.slice(from, from + 4 * UNITS_AT_ONCE).map(itemOf));
    said();
  });
  const said = () => {
    const rest = items.length - list.children.length;
    more.hidden = rest === 0;
    more.textContent = `Show ${numberText(Math.min(rest, 4 * UNITS_AT_ONCE))} more of ${numberText(items.length)}`;
  };
  list.append(...items.slice(0, UNITS_AT_ONCE).map(itemOf));
  said();
  return [list, more];
}

function namedSaid(found, level, nConcepts) {
  const documents = counted(found.nDocuments, "document");
  const sentences = counted(found.nSentences, "sentence");
  return level === "sentence" ? `${sentences} in ${documents}` : `${documents} · ${sentences}${nConcepts > 1 ? " with both" : ""}`;
}

/** Sentences that name one concept, or two together. */
function namedContent(report, state, mask, concepts, current) {
  const width = widthOf(state);
  const level = concepts.length > 1 ? state.level : "document";
  const found = evidenceFor(report, mask, concepts, level, width);
  const isMeant = new Set(
    [...report.head.concepts.keys()].filter((c) => countedFor(report, c, width).some((one) => concepts.includes(one))),
  );
  const counts = (m) =>
    report.mentionStands[m] && report.sentenceCounts[report.mentionSentence[m]] && isMeant.has(report.columns.mention_concept[m]);
  const year = report.columns.document_year;
  const units = [...found.units].sort((a, b) => year[b.document] - year[a.document] || a.document - b.document);
  const itemOf = (unit) => {
    const sentences = unit.sentences.map(({ sentence, named }) => ({ sentence, isWhole: named === concepts.length }));
    return unitItem(report, { ...unit, sentences }, mentionRanges(report, mentionsOf(report, unit.document).filter(counts)), current);
  };
  const words = [
    ...concepts.map((c) => `${labelOf(report, c).toLowerCase()}:${report.head.concepts[c][0]}`),
    "--level",
    level,
    "--newest-first",
    ...(state.narrower ? ["--narrower"] : []),
  ];
  const title = concepts.map((c) => nameOf(report, c)).join(" and ");
  const rows = () => [
    ["doc_id", "study", "year", "section", "names_all", "sentence_text"],
    ...units.flatMap((unit) =>
      unit.sentences.map(({ sentence, named }) => [
        report.head.doc_id[unit.document],
        report.head.study[unit.document],
        year[unit.document] || null,
        sectionOf(report, sentence),
        String(named === concepts.length),
        textOf(report, unit.document).slice(report.sentenceStart[sentence], report.sentenceEnd[sentence]),
      ]),
    ),
  ];
  const [list, more] = growing(units, itemOf);
  return {
    title,
    content: [
      make("p", { class: "count", "data-n": found.units.length }, namedSaid(found, level, concepts.length)),
      leaving({ name: "sentences", rows, command: commandOf(report, state, "evidence", words, ALL_OPTIONS) }),
      list,
      more,
    ],
  };
}

function findingRange(report, f) {
  const start = report.columns.finding_start[f];
  return { start, end: start + report.columns.finding_length[f], element: () => make("span", { class: "said" }) };
}

function sentenceBlock(report, document, sentence, ranges) {
  if (sentence < 0) return make("p", { class: "quiet" }, "The record lists it, not the text.");
  const s = report.sentenceFirst[document] + sentence;
  return make("p", {}, make("span", { class: "where" }, sectionOf(report, s)), sentenceOf(report, s, ranges));
}

function findingContent(report, f, current) {
  const document = report.columns.finding_document[f];
  const facts = [
    ["measure", word(report, "measure", f)?.replaceAll("_", " ")],
    ["grade", word(report, "grade", f)],
    ["time", word(report, "timepoint", f)],
    ["group", word(report, "group", f)],
    ["therapy", word(report, "therapy", f)],
    ["n / N for pooling", eventsOf(report, f)],
    ["derived", word(report, "derived", f)],
    ["check", checkOf(report, f)[1]],
    ["to review because", word(report, "review_reason", f)],
  ].filter(([, value]) => value);
  return {
    title: `${word(report, "concept", f)}: ${word(report, "value", f)}`,
    content: [
      make("h3", {}, titleOf(report, document)),
      citation(report, document),
      sentenceBlock(report, document, report.columns.finding_sentence[f], [findingRange(report, f)]),
      table("As read", ["Part", "Value"], facts, "pairs"),
      openDocument(report, document, current),
    ],
  };
}

/** Which finding of a document has a number. */
function findingOf(report, document, number) {
  return report.columns.finding_document.findIndex((d, f) => d === document && report.columns.finding_number[f] === number);
}

function cellContent(report, row, column, current) {
  const document = report.columns.evidence_document[row];
  const { cell_text: text, cell_sentence: sentence, cell_finding: finding, cell_reason: reason } = report.columns;
  const items = (cellsByPlace(report).get(`${document} ${column}`) ?? []).map((i) => {
    const f = finding[i] < 0 ? -1 : findingOf(report, document, finding[i]);
    const doubt = reason[i] < 0 ? null : make("p", { class: "doubt" }, `? ${report.head.cell_reasons[reason[i]]}`);
    return make(
      "li",
      { class: "unit" },
      make("h3", {}, report.head.cell_texts[text[i]]),
      sentenceBlock(report, document, sentence[i], f < 0 ? [] : [findingRange(report, f)]),
      doubt,
    );
  });
  return {
    title: `${report.head.study[document]}: ${headText(report.head.evidence_headers[column])}`,
    content: [
      make("p", {}, titleOf(report, document)),
      citation(report, document),
      items.length ? make("ol", { class: "units" }, items) : make("p", { class: "quiet" }, "No value is stated."),
      openDocument(report, document, current),
    ],
  };
}

function mentionContent(report, m, current) {
  const { mention_concept: concept, mention_assertion: assertion, mention_rule: rule, concept_listed: listed } = report.columns;
  const c = concept[m];
  const document = report.mentionDocument[m];
  const facts = [
    ["words", textOf(report, document).slice(report.mentionStart[m], report.mentionEnd[m])],
    ["type", capital(labelOf(report, c))],
    ["identifier", c < 0 ? "a value, no listed concept" : report.head.concepts[c][0]],
    ["assertion", `${report.head.assertions[assertion[m]]}${cueOf(report, m)}`],
    ["rule", report.head.rules[rule[m]]],
  ];
  const leave =
    c >= 0 && listed[c]
      ? button("Only documents with this", { class: "more" }, () =>
          go(ofTab(current(), "documents"), { with: [...new Set([...current().with, tokenOf(report, c)])] }),
        )
      : null;
  const all =
    c >= 0 ? button("All sentences with this", { class: "more" }, () => go(current(), { open: `named.${c}`, page: current().page })) : null;
  return {
    title: nameOf(report, c),
    content: [
      table("The mark", ["Part", "Value"], facts, "pairs"),
      sentenceBlock(report, document, report.mentionSentence[m] - report.sentenceFirst[document], mentionRanges(report, [m])),
      leave,
      all,
    ],
  };
}

function documentContent(report, document) {
  const ranges = mentionRanges(report, mentionsOf(report, document));
  return {
    title: titleOf(report, document),
    content: [
      citation(report, document),
      make("div", { class: "document" }, abstractOf(report, document, ranges)),
      mentionTable(report, document),
    ],
  };
}

/** What the drawer shows for the address; none where the address names nothing. */
function drawerContent(report, state, mask, current) {
  const [kind, ...numbers] = state.open.split(".");
  const [a, b] = numbers.map((n) => Number.parseInt(n, 10));
  const isIn = (n, size) => Number.isInteger(n) && n >= 0 && n < size;
  const known = {
    named: () =>
      isIn(a, report.nConcepts) &&
      (b === undefined || isIn(b, report.nConcepts)) &&
      namedContent(report, state, mask, b === undefined ? [a] : [a, b], current),
    finding: () => isIn(a, report.columns.finding_document.length) && findingContent(report, a, current),
    cell: () =>
      isIn(a, report.columns.evidence_document.length) &&
      isIn(b, report.head.evidence_headers.length) &&
      cellContent(report, a, b, current),
    mention: () => isIn(a, report.mentionStart.length) && mentionContent(report, a, current),
    document: () => isIn(a, report.n) && documentContent(report, a),
  };
  return (Object.hasOwn(known, kind) && known[kind]()) || null;
}

/** Shows or hides the drawer; the focus goes into it, and back to where it was. */
function showDrawer(report, state, mask, current) {
  const drawer = id("drawer");
  const found = state.open ? drawerContent(report, state, mask, current) : null;
  const wasOpen = !drawer.hidden;
  drawer.hidden = !found;
  document.body.classList.toggle("with-drawer", Boolean(found));
  if (found) {
    if (!wasOpen) drawer.dataset.opener = document.activeElement?.dataset?.key ?? "";
    id("drawer-title").textContent = found.title;
    show(id("drawer-content"), found.content);
    drawer.scrollTop = 0;
    id("drawer-title").focus({ preventScroll: true });
  } else if (wasOpen) {
    id("drawer-content").replaceChildren();
    document.querySelector(`[data-key="${CSS.escape(drawer.dataset.opener ?? "")}"]`)?.focus({ preventScroll: true });
  }
}
