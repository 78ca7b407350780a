/* Overview: what the report holds, how often concepts are named, what was left out. */

function table(caption, heads, rows, kind = "") {
  return make(
    "table",
    { class: kind },
    make("caption", {}, caption),
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        heads.map((head) => make("th", { scope: "col" }, head)),
      ),
    ),
    make(
      "tbody",
      {},
      rows.map((cells) =>
        make(
          "tr",
          {},
          cells.map((cell, i) => (i ? make("td", {}, cell) : make("th", { scope: "row" }, cell))),
        ),
      ),
    ),
  );
}

/** The most frequent concepts of a label; the number opens the sentences. */
function topConcepts(report, state, label, counts, width, nDocuments) {
  const order = sorted(conceptsOf(report, label, width), counts, report);
  if (!order.length) return null;
  const most = counts[order[0]];
  const rows = order.slice(0, 8).map((c) => {
    const share = Math.max((counts[c] / most) * 100, 1);
    const bar = draw("svg", { class: "meter", "aria-hidden": "true" }, draw("rect", { width: `${share}%`, height: "100%" }));
    const n = make(
      "button",
      {
        type: "button",
        class: "number",
        "data-key": `named ${c}`,
        "aria-label": `${counted(counts[c], "document")} with ${nameOf(report, c)}: show the sentences`,
        onclick: () => go(state, { open: `named.${c}` }),
      },
      numberText(counts[c]),
    );
    return [nameOf(report, c), bar, n, nDocuments ? `${((100 * counts[c]) / nDocuments).toFixed(1)}%` : ""];
  });
  return make(
    "section",
    { class: `card label-${label}` },
    table(
      `${capital(label)} · ${counted(order.length, "concept")}`,
      ["Concept", make("span", { class: "unseen" }, "Share"), "Documents", "%"],
      rows,
      "concepts",
    ),
  );
}

/** What the counts leave out; each line is true of the whole folder or says of what. */
function leftOut(report) {
  const { head } = report;
  const said = Object.fromEntries(head.information);
  const lines = [
    "duplicates",
    "records without text",
    "records that failed",
    "files that could not be read",
    "documents without abstract",
  ].map((item) => [item, said[item] ?? "0"]);
  const notes = [
    head.n_shown < head.n_fitting
      ? `Only the newest ${numberText(head.n_shown)} of ${numberText(head.n_fitting)} documents are in this report; all its numbers are of them.`
      : null,
    head.said ? `The report was made with filters: ${head.said}.` : null,
    "Duplicates are in no count. Documents without abstract are counted by their title.",
    head.counted.length === 1 ? "Mentions that are negated, hypothetical or historical are shown in the texts and count nowhere." : null,
  ].filter(Boolean);
  const failures = head.failures.map(([file, record, step, error]) => [file, record ?? "", step, error]);
  return make(
    "section",
    { class: "card" },
    table("Left out", ["In the folder", "Number"], lines, "pairs"),
    notes.map((note) => make("p", {}, note)),
    failures.length
      ? make(
          "details",
          {},
          make(
            "summary",
            {},
            `${counted(head.n_failures, "failure")}${failures.length < head.n_failures ? `, the first ${failures.length} listed` : ""}`,
          ),
          table("Failures", ["File", "Record", "Step", "What went wrong"], failures, "plain"),
        )
      : null,
  );
}

function yearsCard(report, state, mask) {
  const counts = countsBy(report.columns.document_year, mask, 10000);
  const years = [...counts.keys()].filter((year) => year && counts[year]).reverse();
  const rows = years.map((year) => [
    String(year),
    button(
      numberText(counts[year]),
      { class: "number", "data-key": `year ${year}`, "aria-label": `${counted(counts[year], "document")} of ${year}: show them` },
      () => go(ofTab(state, "documents"), { from: String(year), to: String(year) }),
    ),
  ]);
  if (counts[0]) rows.push(["no year", numberText(counts[0])]);
  return make(
    "section",
    { class: "card wide" },
    make("h3", {}, "Documents by year"),
    yearBars(report, state, mask, 90),
    make("details", {}, make("summary", {}, "As a table"), table("Documents by year", ["Year", "Documents"], rows, "pairs")),
  );
}

function showOverview(report, state, mask, place) {
  const width = state.narrower ? "narrower" : "exact";
  const counts = conceptCounts(report, mask, width);
  const nDocuments = countedUnits(report, mask, "document");
  const rows = () => [
    ["label", "concept_id", "name", "n_documents", "n_total"],
    ...report.head.labels.flatMap((label) =>
      sorted(conceptsOf(report, label, width), counts, report).map((c) => [label, ...report.head.concepts[c], counts[c], nDocuments]),
    ),
  ];
  const command = commandOf(
    report,
    state,
    "counts",
    [
      ...report.head.labels.filter((label) => conceptsOf(report, label, width).length).map((label) => label.toLowerCase()),
      ...(state.narrower ? ["--narrower"] : []),
    ],
    ALL_OPTIONS,
  );
  const nFindings = total(report.columns.finding_document.map((d) => mask[d]));
  const nConcepts = total(counts.map((n, c) => (n && report.head.labels.includes(labelOf(report, c)) ? 1 : 0)));
  const shown = [
    ["documents", total(mask)],
    ["concepts", nConcepts],
    ["findings", nFindings],
  ].map(([item, n]) => make("div", {}, make("dd", {}, numberText(n)), make("dt", {}, item)));
  const versions = Object.entries(report.head.versions);
  show(
    place,
    make("dl", { class: "tiles" }, shown),
    leaving({ name: "concepts", rows, command }),
    make(
      "div",
      { class: "cards" },
      yearsCard(report, state, mask),
      report.head.labels.map((label) => topConcepts(report, state, label, counts, width, nDocuments)),
      make("section", { class: "card" }, table("The annotated folder", ["Item", "Value"], report.head.information, "pairs")),
      leftOut(report),
      make("section", { class: "card" }, table("Versions", ["Part", "Version"], versions, "pairs")),
    ),
  );
}
