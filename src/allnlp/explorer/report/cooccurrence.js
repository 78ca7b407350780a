/* Co-occurrence: which concepts are named together, as a table of which each cell opens into its sentences. */

const LIFTS = [0.5, 0.8, 1.25, 2, 4, 8];
const LIFT_WORDS = ["under 0.5", "0.5–0.8", "0.8–1.25", "1.25–2", "2–4", "4–8", "over 8"];

function liftClass(lift) {
  return `lift-${LIFTS.filter((limit) => lift >= limit).length}`;
}

function units(n, level) {
  return counted(n, level);
}

function widthOf(state) {
  return state.narrower ? "narrower" : "exact";
}

function pairNumbers(pair, state) {
  return state.level === "sentence"
    ? units(pair.n, "sentence")
    : `${units(pair.n, "document")}, ${units(pair.sentences, "sentence")} with both`;
}

function pairCell(report, state, pair) {
  if (!pair) return make("td", { class: "none" }, make("span", { "aria-label": "none" }, "·"));
  const said = `${nameOf(report, pair.a)} and ${nameOf(report, pair.b)}: ${pairNumbers(pair, state)}, ${pair.lift.toFixed(1)} times as often as by chance`;
  const open = () => go(state, { open: `named.${pair.a}.${pair.b}`, page: state.page });
  return make(
    "td",
    {},
    make(
      "button",
      {
        type: "button",
        class: `cell ${liftClass(pair.lift)}`,
        "aria-label": said,
        title: said,
        "data-key": `pair ${pair.a} ${pair.b}`,
        "data-pair": `${report.head.concepts[pair.a][0]}|${report.head.concepts[pair.b][0]}`,
        onclick: open,
      },
      numberText(pair.n),
    ),
  );
}

/** The most frequent concepts of both sides against one another. */
function heatmap(report, state, found) {
  const top = Number(state.top) || 15;
  const often = (codes) => sorted(codes, found.alone, report).slice(0, top);
  const [rows, columns] = [often(found.rows), often(found.columns)];
  const byPair = new Map(
    found.pairs.flatMap((pair) => [
      [`${pair.a} ${pair.b}`, pair],
      ...(state.rows === state.columns ? [[`${pair.b} ${pair.a}`, pair]] : []),
    ]),
  );
  const head = columns.map((c) =>
    make("th", { scope: "col" }, make("span", {}, nameOf(report, c)), make("small", {}, numberText(found.alone[c]))),
  );
  const body = rows.map((r) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, make("span", {}, nameOf(report, r)), make("small", {}, numberText(found.alone[r]))),
      columns.map((c) => pairCell(report, state, byPair.get(`${r} ${c}`))),
    ),
  );
  const caption = `${capital(state.rows)} by ${state.columns.toLowerCase().replaceAll("_", " ")}: ${state.level}s that name both; beside each name the ${state.level}s that name it`;
  const table = make(
    "table",
    { class: "heatmap" },
    make("caption", { class: "unseen" }, caption),
    make("thead", {}, make("tr", {}, make("td", { class: "corner" }), head)),
    make("tbody", {}, body),
  );
  const scroll = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Co-occurrence" }, table);
  return [make("p", { class: "quiet said-above", "aria-hidden": "true" }, caption), scroll];
}

function liftLegend() {
  return make(
    "p",
    { class: "lifts" },
    "Times as often as by chance: ",
    LIFT_WORDS.map((words, i) => make("span", { class: `cell lift-${i}` }, words)),
  );
}

function cooccurrenceControls(report, state) {
  const used = report.head.concept_labels
    .filter((label) => conceptsOf(report, label, "exact").length)
    .map((label) => [label, capital(label)]);
  const tops = ["10", "15", "25", "40"].map((n) => [n, `${n} most frequent`]);
  const change = (name) => (value) => go(state, { [name]: value });
  return make(
    "div",
    { class: "controls" },
    choice("Rows", "rows", used, state.rows, change("rows")),
    choice("Columns", "columns", used, state.columns, change("columns")),
    choice(
      "Named in the same",
      "level",
      [
        ["document", "document"],
        ["sentence", "sentence"],
      ],
      state.level,
      change("level"),
    ),
    choice("Shown", "top", tops, state.top, change("top")),
  );
}

function cooccurrenceCommand(report, state) {
  const words = [
    "--rows",
    state.rows.toLowerCase(),
    "--columns",
    state.columns.toLowerCase(),
    "--level",
    state.level,
    ...(state.narrower ? ["--narrower"] : []),
  ];
  return commandOf(
    report,
    state,
    "cooccur",
    state.rows === state.columns ? words.filter((_, i) => i !== 2 && i !== 3) : words,
    ALL_OPTIONS,
  );
}

function showCooccurrence(report, state, mask, place) {
  const found = pairsOf(report, mask, { rows: state.rows, columns: state.columns, level: state.level, width: widthOf(state) });
  const { concepts } = report.head;
  const rows = () => [
    ["concept_a", "name_a", "label_a", "concept_b", "name_b", "label_b", "level", "n_both", "n_a", "n_b", "n_total", "lift", "n_sentences"],
    ...found.pairs.map((p) => [
      ...concepts[p.a],
      labelOf(report, p.a),
      ...concepts[p.b],
      labelOf(report, p.b),
      state.level,
      p.n,
      p.nA,
      p.nB,
      p.nTotal,
      p.lift,
      p.sentences,
    ]),
  ];
  show(
    place,
    cooccurrenceControls(report, state),
    found.pairs.length
      ? [heatmap(report, state, found), liftLegend()]
      : make("p", { class: "empty" }, "No pair is named together here. Take a filter away, or count by document."),
    make(
      "p",
      { class: "quiet" },
      `${counted(found.pairs.length, "pair")} of concepts in ${units(found.nTotal, state.level)}; the CSV has all of them.`,
    ),
    leaving({ name: "co-occurrence", rows, command: cooccurrenceCommand(report, state) }),
  );
}
