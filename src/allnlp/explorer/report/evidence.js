/* Evidence table: one row a study, a column for each figure; each cell opens its sentences. */

const STUDIES_PER_PAGE = 40;

function headText(header) {
  return header.replaceAll("_", " ").replaceAll(">=", "≥").replaceAll("<=", "≤");
}

/** Cells of each document and column. */
function cellsByPlace(report) {
  return kept(report, "cells", () => {
    const found = new Map();
    report.columns.cell_document.forEach((d, i) => {
      const key = `${d} ${report.columns.cell_column[i]}`;
      found.set(key, [...(found.get(key) ?? []), i]);
    });
    return found;
  });
}

function wholeOf(report, row, column) {
  const place = report.columns.evidence_cell[row * report.head.evidence_headers.length + column];
  return place < 0 ? null : report.head.evidence_texts[place];
}

function evidenceCell(report, state, row, column) {
  const document = report.columns.evidence_document[row];
  const text = wholeOf(report, row, column);
  const cells = cellsByPlace(report).get(`${document} ${column}`) ?? [];
  const header = report.head.evidence_headers[column];
  const open = (what) => () => go(state, { open: what, page: state.page });
  const key = `cell ${row} ${column}`;
  if (header === "study")
    return make("th", { scope: "row" }, button(text, { class: "open", "data-key": key }, open(`document.${document}`)));
  if (text === null) return make("td", { class: "none" }, make("span", { "aria-label": "not stated" }, "–"));
  const kind = ["title", "review"].includes(header) ? "long" : "";
  if (!cells.length) return make("td", { class: kind }, text);
  const doubt = cells.some((i) => report.columns.cell_review[i]) ? make("span", { class: "doubt", title: "to review" }, " ?") : null;
  return make("td", { class: kind }, button(text, { class: "open", "data-key": key }, open(`cell.${row}.${column}`)), doubt);
}

function showEvidence(report, state, mask, place) {
  const { evidence_headers: headers, evidence_notes: notes } = report.head;
  const found = [...report.columns.evidence_document.keys()].filter((row) => mask[report.columns.evidence_document[row]]);
  const at = page(state, found.length, STUDIES_PER_PAGE);
  const columns = headers.map((_, i) => i).filter((i) => headers[i] !== "doc_id");
  const body = found.slice(at.from, at.to).map((row) =>
    make(
      "tr",
      { "data-study": report.head.doc_id[report.columns.evidence_document[row]] },
      columns.map((column) => evidenceCell(report, state, row, column)),
    ),
  );
  const table = make(
    "table",
    { class: "grid evidence" },
    make("caption", { class: "unseen" }, "Evidence table"),
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        columns.map((i) => make("th", { scope: "col" }, headText(headers[i]))),
      ),
    ),
    make("tbody", {}, body),
  );
  const rows = () => [headers, ...found.map((row) => headers.map((_, column) => wholeOf(report, row, column)))];
  show(
    place,
    make(
      "p",
      { class: "count" },
      counted(found.length, "study", "studies"),
      make("span", { class: "quiet" }, " with a value in these columns; each value opens its sentence"),
    ),
    found.length
      ? make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Evidence table" }, table)
      : make("p", { class: "empty" }, "No study with these figures fits. Take a filter away."),
    pager(at.number, at.nPages, (number) => go(state, { page: String(number) })),
    notes.length ? make("p", { class: "quiet" }, `Of all documents of the report: ${notes.join(" ")}`) : null,
    leaving({
      name: "evidence-table",
      rows,
      command: commandOf(report, state, "evidence-table", [], ["year", "journal", "study-type", "population", "mentioning", "matching", "lacking", "decision"]),
    }),
  );
}
