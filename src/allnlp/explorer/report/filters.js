/* The filters at the side: search, years, study types and concepts, each with what it would leave. */

const FEW = 7;
const MANY = 60;

function chips(state, report) {
  const gone = (list, value) => list.filter((one) => one !== value);
  const found = [
    ...(state.q ? [[`“${state.q}”`, { q: "" }]] : []),
    ...(state.from || state.to
      ? [[state.from === state.to ? `year ${state.from}` : `years ${state.from || "…"}–${state.to || "…"}`, { from: "", to: "" }]]
      : []),
    ...state.type.map((type) => [type, { type: gone(state.type, type) }]),
    ...state.with.map((concept) => [nameOfId(report, concept), { with: gone(state.with, concept) }]),
  ];
  const all = { q: "", from: "", to: "", type: [], with: [] };
  return [
    ...found.map(([text, change]) =>
      make(
        "button",
        {
          type: "button",
          class: "chip",
          "aria-label": `Remove the filter ${text}`,
          "data-key": `chip ${text}`,
          onclick: () => go(state, change),
        },
        text,
        make("span", { "aria-hidden": "true" }, " ✕"),
      ),
    ),
    found.length > 1 ? button("Clear all", { class: "chip plain", "data-key": "clear" }, () => go(state, all)) : null,
  ];
}

function nameOfId(report, concept) {
  const code = report.byToken.get(concept);
  return code === undefined ? concept : nameOf(report, code);
}

function sorted(codes, counts, report) {
  return codes.filter((c) => counts[c]).sort((a, b) => counts[b] - counts[a] || byName(report, a, b));
}

function option(key, text, n, isOn, onclick) {
  return make(
    "li",
    {},
    make(
      "button",
      { type: "button", class: "option", "aria-pressed": String(isOn), "data-key": key, onclick },
      make("span", { class: "text" }, text),
      make("span", { class: "n" }, numberText(n)),
    ),
  );
}

function toggled(list, value) {
  return list.includes(value) ? list.filter((one) => one !== value) : [...list, value];
}

/** The concepts of a label with the documents that a choice would leave, the chosen ones first. */
function showConcepts(report, state, counts, label) {
  const words = id(`find-${label}`).value.trim().toLowerCase();
  const listed = conceptsOf(report, label, "any").filter((c) => report.columns.concept_listed[c]);
  const found = sorted(listed, counts, report).filter((c) => !words || nameOf(report, c).toLowerCase().includes(words));
  const isOn = (c) => state.with.includes(tokenOf(report, c));
  const order = [...found.filter(isOn), ...found.filter((c) => !isOn(c))];
  const most = words ? MANY : FEW;
  const items = order.slice(0, most).map((c) => {
    const concept = tokenOf(report, c);
    return option(concept, nameOf(report, c), counts[c], isOn(c), () => go(state, { with: toggled(state.with, concept) }));
  });
  const rest = order.length - items.length;
  show(
    id(`list-${label}`),
    items,
    rest > 0 ? make("li", { class: "quiet" }, `${numberText(rest)} more: type to find one`) : null,
    items.length ? null : make("li", { class: "quiet" }, "None here"),
  );
}

function showTypes(report, state) {
  const mask = fitting(report, state, "type");
  const counts = countsBy(report.columns.document_type, mask, report.head.study_types.length);
  const order = report.head.study_types
    .map((type, i) => [type, counts[i]])
    .filter(([type, n]) => n || state.type.includes(type))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  show(
    id("types"),
    order.map(([type, n]) =>
      option(`type ${type}`, type, n, state.type.includes(type), () => go(state, { type: toggled(state.type, type) })),
    ),
  );
}

/** Once: the boxes of the labels, and what happens while somebody types. */
function startFilters(report, current) {
  const boxes = report.head.labels
    .filter((label) => conceptsOf(report, label, "any").length)
    .map((label) =>
      make(
        "details",
        { class: `facet label-${label}`, open: ["THERAPY", "TOXICITY"].includes(label) },
        make("summary", {}, make("span", { class: "dot" }), capital(label)),
        make("input", {
          id: `find-${label}`,
          type: "search",
          placeholder: "Find in this list",
          "aria-label": `Find a concept: ${capital(label)}`,
          oninput: () => showConcepts(report, current(), conceptCounts(report, fitting(report, current()), "any"), label),
        }),
        make("ul", { id: `list-${label}`, "aria-label": capital(label) }),
      ),
    );
  id("facets").append(...boxes);
  let waiting = 0;
  const typed = (change) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => slide(current(), change()), 60);
  };
  id("search").addEventListener("input", () => typed(() => ({ q: id("search").value.trim() })));
  for (const name of ["from", "to"]) {
    id(name).addEventListener("input", () => {
      if (id(name).value === "" || /^\d{4}$/.test(id(name).value)) typed(() => ({ [name]: id(name).value }));
    });
  }
  id("narrower").addEventListener("change", () => go(current(), { narrower: id("narrower").checked ? "yes" : "" }));
}

function capital(label) {
  return label[0] + label.slice(1).toLowerCase().replaceAll("_", " ");
}

function showFilters(report, state, mask) {
  for (const [name, value] of [
    ["search", state.q],
    ["from", state.from],
    ["to", state.to],
  ]) {
    if (document.activeElement !== id(name)) id(name).value = value;
  }
  id("narrower").checked = Boolean(state.narrower);
  show(id("chips"), chips(state, report));
  showTypes(report, state);
  const counts = conceptCounts(report, mask, "any");
  for (const label of report.head.labels) if (id(`list-${label}`)) showConcepts(report, state, counts, label);
  show(id("years"), yearBars(report, state, fitting(report, state, "year"), 44));
}

/** Documents of each year as bars; a bar is a button that leaves its year alone. */
function yearBars(report, state, mask, height) {
  const known = [...report.columns.document_year].filter(Boolean);
  if (!known.length) return make("p", { class: "quiet" }, "No document has a year.");
  const [first, last] = known.reduce(([low, high], y) => [Math.min(low, y), Math.max(high, y)], [9999, 0]);
  const counts = countsBy(report.columns.document_year, mask, last + 1);
  const most = Math.max(...counts.slice(first), 1);
  const years = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const isIn = (year) => (!state.from || year >= Number(state.from)) && (!state.to || year <= Number(state.to));
  const bars = years.map((year, i) => {
    const size = counts[year] ? Math.max((counts[year] / most) * height, 1.5) : 0;
    return draw(
      "rect",
      { x: i + 0.1, y: height - size, width: 0.8, height: size, class: isIn(year) ? "bar" : "bar out" },
      draw("title", {}, `${year}: ${counted(counts[year], "document")}`),
    );
  });
  const said = `Documents by year, ${first} to ${last}; most in one year: ${numberText(most)}`;
  return make(
    "figure",
    { class: "years" },
    draw("svg", { viewBox: `0 0 ${years.length} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": said }, bars),
    make("figcaption", {}, make("span", {}, first), make("span", {}, last)),
  );
}
