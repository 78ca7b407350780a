/* Findings: reported numbers as a table that can be filtered; each opens its sentence. */

const FINDINGS_PER_PAGE = 50;
const CHECKS = [
  ["", "all"],
  ["review", "to review"],
  ["disagree", "numbers disagree"],
  ["agree", "numbers agree"],
  ["sound", "nothing to review"],
];
const FINDING_HEADS = [
  ["study", "Study"],
  ["year", "Year"],
  ["concept", "Toxicity or outcome"],
  ["grade", "Grade"],
  ["value", "Reported"],
  ["events", "n / N"],
  ["percent", "%"],
  ["timepoint", "Time"],
  ["group", "Group"],
  ["therapy", "Therapy"],
  ["check", "Check"],
];

function word(report, name, f) {
  const place = report.columns[`finding_${name}`][f];
  return place < 0 ? null : report.head[`finding_${name}s`][place];
}

function checkOf(report, f) {
  const consistent = report.columns.finding_consistent[f];
  if (consistent === 0) return ["bad", "✗ numbers disagree"];
  if (report.columns.finding_review[f]) return ["doubt", "? to review"];
  return consistent === 1 ? ["good", "✓ agree"] : ["quiet", "– not checkable"];
}

function eventsOf(report, f) {
  const { finding_events: n, finding_patients: total } = report.columns;
  return n[f] < 0 ? "" : `${n[f]}/${total[f] < 0 ? "?" : total[f]}`;
}

const FITS_CHECK = {
  review: (report, f) => report.columns.finding_review[f] === 1,
  sound: (report, f) => report.columns.finding_review[f] === 0,
  disagree: (report, f) => report.columns.finding_consistent[f] === 0,
  agree: (report, f) => report.columns.finding_consistent[f] === 1,
};

/** Findings that fit the view; those of a kind may be left aside, for the counts beside its choices. */
function fittingFindings(report, state, mask, aside = "") {
  const fits = FITS_CHECK[state.check] ?? (() => true);
  const wanted = ["concept", "measure", "therapy"].filter((name) => state[name] && name !== aside);
  return [...report.columns.finding_document.keys()].filter(
    (f) =>
      mask[report.columns.finding_document[f]] &&
      (aside === "check" || fits(report, f)) &&
      wanted.every((name) => word(report, name, f) === state[name]),
  );
}

function choices(report, state, mask, name, any) {
  const counts = new Map();
  for (const f of fittingFindings(report, state, mask, name)) {
    const value = word(report, name, f);
    if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  if (state[name] && !counts.has(state[name])) counts.set(state[name], 0);
  const order = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return choice(
    any,
    name,
    [["", "all"], ...order.map(([value, n]) => [value, `${value.replaceAll("_", " ")} (${numberText(n)})`])],
    state[name],
    (value) => go(state, { [name]: value }),
  );
}

function sortKey(report, name, f) {
  const { columns, head } = report;
  const document = columns.finding_document[f];
  const keys = {
    study: () => head.study[document],
    year: () => columns.document_year[document],
    events: () => columns.finding_events[f],
    percent: () => columns.finding_percent[f],
    check: () => checkOf(report, f)[1],
  };
  return keys[name] ? keys[name]() : (word(report, name, f) ?? "");
}

/** In the order asked for, as "-percent"; by default that of the folder. */
function orderedFindings(report, state, found) {
  const name = state.by.replace("-", "");
  if (!FINDING_HEADS.some(([known]) => known === name)) return found;
  const sign = state.by.startsWith("-") ? -1 : 1;
  const isMissing = (key) => key === "" || Number.isNaN(key) || key === -1;
  const keyed = found.map((f) => [sortKey(report, name, f), f]);
  keyed.sort(([a, f], [b, g]) => isMissing(a) - isMissing(b) || (a < b ? -sign : a > b ? sign : f - g));
  return keyed.map(([, f]) => f);
}

function sortHead(state, [name, text]) {
  const next = state.by === name ? `-${name}` : name;
  const direction = state.by === name ? "ascending" : state.by === `-${name}` ? "descending" : null;
  return make(
    "th",
    { scope: "col", "aria-sort": direction },
    button(text, { class: "sort", "data-key": `sort ${name}` }, () => go(state, { by: next })),
  );
}

function findingRow(report, state, f) {
  const { head, columns } = report;
  const document = columns.finding_document[f];
  const [kind, said] = checkOf(report, f);
  const percent = columns.finding_percent[f];
  const reason = word(report, "review_reason", f);
  return make(
    "tr",
    { "data-finding": `${head.doc_id[document]} ${columns.finding_number[f]}` },
    make("th", { scope: "row" }, head.study[document]),
    make("td", {}, columns.document_year[document] || ""),
    make("td", {}, word(report, "concept", f)),
    make("td", {}, word(report, "grade", f) ?? ""),
    make(
      "td",
      { class: "reported" },
      button(word(report, "value", f), { class: "open", "data-key": `finding ${f}` }, () =>
        go(state, { open: `finding.${f}`, page: state.page }),
      ),
    ),
    make("td", { class: "n" }, eventsOf(report, f)),
    make("td", { class: "n" }, Number.isNaN(percent) ? "" : percent.toFixed(1)),
    ...["timepoint", "group", "therapy"].map((name) => make("td", {}, word(report, name, f) ?? "")),
    make("td", {}, make("span", { class: kind, title: reason }, said)),
  );
}

function findingRows(report, found) {
  const { head, columns } = report;
  const words = [
    "label",
    "concept_id",
    "concept",
    "measure",
    "grade",
    "value",
    "timepoint",
    "group",
    "therapy",
    "derived",
    "review_reason",
  ];
  return [
    [
      "doc_id",
      "finding",
      "study",
      "year",
      ...words.map((name) => (name === "value" ? "reported" : name)),
      "n_events",
      "n_patients",
      "percent",
      "is_consistent",
      "needs_review",
      "sentence_text",
    ],
    ...found.map((f) => {
      const d = columns.finding_document[f];
      const [n, all, consistent] = [columns.finding_events[f], columns.finding_patients[f], columns.finding_consistent[f]];
      const sentence = report.sentenceFirst[d] + columns.finding_sentence[f];
      return [
        head.doc_id[d],
        columns.finding_number[f],
        head.study[d],
        columns.document_year[d] || null,
        ...words.map((name) => word(report, name, f)),
        n < 0 ? null : n,
        all < 0 ? null : all,
        columns.finding_percent[f],
        consistent < 0 ? null : String(Boolean(consistent)),
        String(Boolean(columns.finding_review[f])),
        textOf(report, d).slice(report.sentenceStart[sentence], report.sentenceEnd[sentence]),
      ];
    }),
  ];
}

function findingsCommand(report, state) {
  const options = [
    ["concept", state.concept],
    ["measure", state.measure],
    ["therapy", state.therapy],
  ]
    .filter(([, value]) => value)
    .flatMap(([name, value]) => [`--${name}`, value]);
  const exact = state.concept || state.therapy ? ["--exact"] : [];
  const check = { review: ["--review"], sound: ["--no-review"] }[state.check] ?? [];
  const command = commandOf(
    report,
    state,
    "findings",
    [...options, ...exact, ...check],
    ALL_OPTIONS.filter((name) => name !== "include"),
  );
  const note = ["agree", "disagree"].includes(state.check) ? ["Whether the numbers agree is the column is_consistent of its answer."] : [];
  return { line: command.line, notes: [...command.notes, ...note] };
}

function showFindings(report, state, mask, place) {
  const found = orderedFindings(report, state, fittingFindings(report, state, mask));
  const at = page(state, found.length, FINDINGS_PER_PAGE);
  const rows = found.slice(at.from, at.to).map((f) => findingRow(report, state, f));
  const heads = FINDING_HEADS.map((head) => sortHead(state, head));
  const table = make(
    "table",
    { class: "grid" },
    make("caption", { class: "unseen" }, "Findings"),
    make("thead", {}, make("tr", {}, heads)),
    make("tbody", {}, rows),
  );
  show(
    place,
    make(
      "div",
      { class: "controls" },
      choices(report, state, mask, "concept", "Toxicity or outcome"),
      choices(report, state, mask, "measure", "Measure"),
      choices(report, state, mask, "therapy", "Therapy"),
      choice("Check", "check", CHECKS, state.check, (check) => go(state, { check })),
    ),
    make(
      "p",
      { class: "count" },
      `${counted(found.length, "finding")} of ${counted(new Set(found.map((f) => report.columns.finding_document[f])).size, "document")}`,
    ),
    found.length
      ? make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Findings" }, table)
      : make("p", { class: "empty" }, "No finding fits. Take a filter away."),
    pager(at.number, at.nPages, (number) => go(state, { page: String(number) })),
    leaving({ name: "findings", rows: () => findingRows(report, found), command: findingsCommand(report, state) }),
  );
}
