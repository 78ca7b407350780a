/* The view: all of it stands in the address, so that Back works and a link that is sent shows the same. */

const TABS = {
  overview: "Overview",
  documents: "Documents",
  cooccurrence: "Co-occurrence",
  findings: "Findings",
  evidence: "Evidence table",
};
const USUAL = {
  q: "",
  from: "",
  to: "",
  with: [],
  type: [],
  page: "1",
  sort: "newest",
  rows: "THERAPY",
  columns: "TOXICITY",
  level: "document",
  narrower: "",
  top: "15",
  concept: "",
  measure: "",
  therapy: "",
  check: "",
  by: "",
  open: "",
};
const OF_ALL_TABS = ["q", "from", "to", "with", "type", "narrower"];

/** The view that an address names. */
function readState(hash) {
  const [tab, query = ""] = hash.replace(/^#/, "").split("?", 2);
  const given = new URLSearchParams(query);
  const state = { tab: Object.hasOwn(TABS, tab) ? tab : "overview" };
  for (const [name, usual] of Object.entries(USUAL)) state[name] = Array.isArray(usual) ? given.getAll(name) : (given.get(name) ?? usual);
  return state;
}

/** The address of a view; what is usual is not said. */
function hashOf(state) {
  const query = new URLSearchParams();
  for (const [name, usual] of Object.entries(USUAL)) {
    if (Array.isArray(usual)) state[name].forEach((value) => query.append(name, value));
    else if (state[name] && state[name] !== usual) query.set(name, state[name]);
  }
  return `#${state.tab}${query.size ? `?${query}` : ""}`;
}

/** Another tab with the same filters. */
function ofTab(state, tab) {
  return { ...USUAL, ...Object.fromEntries(OF_ALL_TABS.map((name) => [name, state[name]])), tab };
}

function go(state, change) {
  location.hash = hashOf({ ...state, page: "1", open: "", ...change });
}

/** The same without a step for Back: while somebody types. */
function slide(state, change) {
  location.replace(hashOf({ ...state, page: "1", open: "", ...change }));
}

function page(state, nRows, perPage) {
  const nPages = Math.max(Math.ceil(nRows / perPage), 1);
  const number = Math.min(Math.max(Number.parseInt(state.page, 10) || 1, 1), nPages);
  return { number, nPages, from: (number - 1) * perPage, to: number * perPage };
}

function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

/** The options of a command that say the filters of the view. */
function filterOptions(report, state) {
  const [low, high] = [state.from || report.head.years[0] || "", state.to || report.head.years[1] || ""];
  const years = low || high ? [["year", low && String(low) === String(high) ? String(low) : `${low}:${high}`]] : [];
  const built = report.head.filters.filter(([name]) => name !== "study-type" || !state.type.length);
  return [...years, ...built, ...state.type.map((type) => ["study-type", type]), ...state.with.map((concept) => ["mentioning", concept])];
}

/** A command that asks for the view, and what it cannot say. */
function commandOf(report, state, name, words, known) {
  const options = filterOptions(report, state);
  const said = options.filter(([option]) => known.includes(option));
  const unsaid = [...new Set(options.filter(([option]) => !known.includes(option)).map(([option]) => `--${option}`))];
  const line = ["allnlp", name, report.head.folder, ...words, ...said.flatMap(([option, value]) => [`--${option}`, value])]
    .map(quoted)
    .join(" ");
  const notes = [
    unsaid.length ? `allnlp ${name} has no ${unsaid.join(", ")}: its answer is wider than this view.` : "",
    state.q ? "The words of the search are not part of the command." : "",
    report.head.n_shown < report.head.n_fitting
      ? `The command asks all ${numberText(report.head.n_fitting)} documents, this report holds the newest ${numberText(report.head.n_shown)}.`
      : "",
  ].filter(Boolean);
  return { line, notes };
}

const ALL_OPTIONS = ["year", "journal", "study-type", "population", "mentioning", "section", "include", "matching", "lacking", "decision"];
