/* Documents: abstracts with their marks, page by page. */

const PER_PAGE = 20;

function ordered(report, state, mask) {
  const found = [];
  for (let d = 0; d < report.n; d += 1) if (mask[d]) found.push(d);
  const year = report.columns.document_year;
  const orders = {
    newest: (a, b) => year[b] - year[a] || a - b,
    oldest: (a, b) => (year[a] || 9999) - (year[b] || 9999) || a - b,
    folder: (a, b) => a - b,
  };
  return found.sort(orders[state.sort] ?? orders.newest);
}

/** Mentions of a document as a table, for a reader who cannot point at marks. */
function mentionTable(report, document) {
  const rows = mentionsOf(report, document).map((m) => {
    const { mention_concept: concept, mention_assertion: assertion, mention_rule: rule } = report.columns;
    const text = textOf(report, document).slice(report.mentionStart[m], report.mentionEnd[m]);
    return [
      text,
      nameOf(report, concept[m]),
      capital(labelOf(report, concept[m])),
      `${report.head.assertions[assertion[m]]}${cueOf(report, m)}`,
      sectionOf(report, report.mentionSentence[m]),
      report.head.rules[rule[m]],
    ];
  });
  return make(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Mentions" },
    table("Mentions", ["Words", "Concept", "Type", "Assertion", "Section", "Rule"], rows, "plain"),
  );
}

function documentCard(report, document, words) {
  const text = textOf(report, document);
  const ranges = [...mentionRanges(report, mentionsOf(report, document)), ...hitRanges(text, words)];
  const title = report.columns.document_title[document];
  const heading = title
    ? withMarks(make("h3", { id: `title-${document}` }), text, 0, title, ranges)
    : make("h3", { id: `title-${document}` }, "(no title)");
  const isTitleOnly = title >= text.length;
  const details = make(
    "details",
    { class: "mentions", ontoggle: () => details.open && details.children.length < 2 && details.append(mentionTable(report, document)) },
    make("summary", {}, counted(mentionsOf(report, document).length, "mention")),
  );
  return make(
    "article",
    {
      class: "document",
      tabindex: "-1",
      "aria-labelledby": `title-${document}`,
      "data-key": `document ${document}`,
      "data-document": report.head.doc_id[document],
    },
    heading,
    citation(report, document),
    isTitleOnly ? make("p", { class: "quiet" }, "The record has no abstract.") : abstractOf(report, document, ranges),
    details,
  );
}

/** Which labels are marked; what is switched off stays so on the other pages. */
function legend(report) {
  const labels = [...report.head.labels, "CONTEXT"];
  const off = kept(report, "off", () => new Set());
  return make(
    "div",
    { class: "legend", role: "group", "aria-label": "Marks" },
    labels.map((label) =>
      make(
        "button",
        {
          type: "button",
          "aria-pressed": String(!off.has(label)),
          "data-key": `legend ${label}`,
          onclick: (event) => {
            if (!off.delete(label)) off.add(label);
            event.currentTarget.setAttribute("aria-pressed", String(!off.has(label)));
            markLabels(off);
          },
        },
        make("span", { class: `mark label-${label === "CONTEXT" ? "CONSTRUCT" : label}` }, capital(label)),
      ),
    ),
    make(
      "span",
      { class: "quiet" },
      make("span", { class: "mark negated label-TOXICITY" }, "struck through"),
      ": negated, its ",
      make("span", { class: "cue" }, "cue"),
      " underlined",
    ),
  );
}

function markLabels(off) {
  const classes = [...document.body.classList].filter((name) => !name.startsWith("off-"));
  document.body.className = [...classes, ...[...off].map((label) => `off-${label}`)].join(" ");
}

function showDocuments(report, state, mask, place) {
  const found = ordered(report, state, mask);
  const at = page(state, found.length, PER_PAGE);
  const words = searchWords(state.q);
  const { head, columns } = report;
  const rows = () => [
    ["doc_id", "pmid", "doi", "study", "year", "journal", "study_type", "n_patients", "title"],
    ...found.map((d) => [
      head.doc_id[d],
      head.pmid[d],
      head.doi[d],
      head.study[d],
      columns.document_year[d] || null,
      head.journals[columns.document_journal[d]],
      head.study_types[columns.document_type[d]],
      columns.document_patients[d] < 0 ? null : columns.document_patients[d],
      textOf(report, d).slice(0, columns.document_title[d]),
    ]),
  ];
  const command = commandOf(report, state, "export", ["-o", "documents.csv", "--table", "documents"], ALL_OPTIONS);
  const turn = (number) => go(state, { page: String(number) });
  const sorts = [
    ["newest", "newest first"],
    ["oldest", "oldest first"],
    ["folder", "as in the folder"],
  ];
  show(
    place,
    make(
      "div",
      { class: "controls" },
      choice("Order", "sort", sorts, state.sort, (sort) => go(state, { sort })),
      make("span", { class: "quiet keys" }, "Keys: ", make("kbd", {}, "j"), " next, ", make("kbd", {}, "k"), " previous"),
    ),
    legend(report),
    found.length ? null : make("p", { class: "empty" }, "No document fits these filters. Take one away."),
    found.slice(at.from, at.to).map((d) => documentCard(report, d, words)),
    pager(at.number, at.nPages, turn),
    leaving({ name: "documents", rows, command }),
  );
}

/** j and k lead from one document to the next. */
function stepDocuments(step) {
  const cards = [...document.querySelectorAll("#view article")];
  if (!cards.length) return;
  const now = cards.findIndex((card) => card.contains(document.activeElement));
  const next = cards[Math.min(Math.max(now < 0 ? 0 : now + step, 0), cards.length - 1)];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "start" });
}
