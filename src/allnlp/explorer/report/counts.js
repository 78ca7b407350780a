/* Counts under filters, by the rules of the library: what is named once in a document counts once. */

function kept(report, key, make) {
  if (!report.kept.has(key)) report.kept.set(key, make());
  return report.kept.get(key);
}

/** Concepts for which a mention counts: itself, and with narrower concepts, as filters always count, the broader ones of its label. */
function countedFor(report, concept, width) {
  const own = [concept];
  if (width === "exact") return own;
  const above = report.columns.above.subarray(report.aboveFirst[concept], report.aboveFirst[concept + 1]);
  return [...own, ...[...above].filter((c) => report.columns.concept_label[c] === report.columns.concept_label[concept])];
}

/** Mentions by document or sentence, those of one together. */
function orderBy(unit, nUnits) {
  const counts = new Int32Array(nUnits);
  for (const u of unit) counts[u] += 1;
  const first = firstOf(counts);
  const next = first.slice(0, nUnits);
  const order = new Int32Array(unit.length);
  for (let m = 0; m < unit.length; m += 1) order[next[unit[m]]++] = m;
  return { first, order };
}

/** The concepts of each document or sentence, each once. */
function conceptSets(report, level, width) {
  return kept(report, `sets ${level} ${width}`, () => {
    const isDocument = level === "document";
    const nUnits = isDocument ? report.n : report.sentenceStart.length;
    const { first: from, order } = orderBy(isDocument ? report.mentionDocument : report.mentionSentence, nUnits);
    const wide = Array.from({ length: report.nConcepts }, (_, c) => countedFor(report, c, width));
    const last = new Int32Array(report.nConcepts).fill(-1);
    const first = new Int32Array(nUnits + 1);
    const codes = [];
    for (let u = 0; u < nUnits; u += 1) {
      for (let i = from[u]; i < from[u + 1]; i += 1) {
        const m = order[i];
        const concept = report.columns.mention_concept[m];
        if (concept < 0 || !report.mentionStands[m]) continue;
        if (width !== "any" && !report.sentenceCounts[report.mentionSentence[m]]) continue;
        for (const c of wide[concept]) {
          if (last[c] === u) continue;
          last[c] = u;
          codes.push(c);
        }
      }
      first[u + 1] = codes.length;
    }
    return { first, codes: Int32Array.from(codes), nUnits };
  });
}

/** The last answer to a question, so that one filter that stays is not asked again for another that changes. */
function keptLast(report, name, key, make) {
  const last = report.kept.get(name);
  if (last?.key === key) return last.answer;
  const answer = make();
  report.kept.set(name, { key, answer });
  return answer;
}

function loweredOf(report, document) {
  return (report.lowered[document] ??= textOf(report, document).toLowerCase());
}

/** Makes the texts ready to be searched, some at a time, so that nobody waits. */
function lowerAll(report, from = 0) {
  const to = Math.min(from + 400, report.n);
  for (let d = from; d < to; d += 1) loweredOf(report, d);
  if (to < report.n) setTimeout(() => lowerAll(report, to), 15);
}

/** Documents with all words of a search; none where nothing is searched. */
function searched(report, query) {
  return keptLast(report, "searched", query, () => {
    const words = searchWords(query);
    return words.length
      ? Uint8Array.from({ length: report.n }, (_, d) => (words.every((word) => loweredOf(report, d).includes(word)) ? 1 : 0))
      : null;
  });
}

/** Words of a search, those in quotes together. */
function searchWords(query) {
  return [...query.toLowerCase().matchAll(/"([^"]+)"|([^\s"]+)/g)].map((found) => (found[1] ?? found[2]).trim()).filter(Boolean);
}

/** One for each document that fits the filters, but for those of a kind that is left aside. */
function fitting(report, state, aside = "") {
  const mask = new Uint8Array(report.n).fill(1);
  const { document_year: year, document_type: type } = report.columns;
  if (aside !== "year" && (state.from || state.to)) {
    const [low, high] = [Number(state.from || 0), Number(state.to || 9999)];
    for (let d = 0; d < report.n; d += 1) if (!year[d] || year[d] < low || year[d] > high) mask[d] = 0;
  }
  if (aside !== "type" && state.type.length) {
    const wanted = new Set(state.type.map((t) => report.head.study_types.indexOf(t)));
    for (let d = 0; d < report.n; d += 1) if (!wanted.has(type[d])) mask[d] = 0;
  }
  for (const also of [...state.with.map((token) => naming(report, token)), searched(report, state.q)]) {
    if (also) for (let d = 0; d < report.n; d += 1) mask[d] &= also[d];
  }
  return mask;
}

/** Documents that name a concept or a narrower one. */
function naming(report, token) {
  return kept(report, `naming ${token}`, () => {
    const wanted = report.byToken.get(token) ?? -1;
    const { first, codes } = conceptSets(report, "document", "any");
    const mask = new Uint8Array(report.n);
    for (let d = 0; d < report.n; d += 1) for (let i = first[d]; i < first[d + 1]; i += 1) if (codes[i] === wanted) mask[d] = 1;
    return mask;
  });
}

/** Documents that name each concept. */
function conceptCounts(report, mask, width) {
  const { first, codes } = conceptSets(report, "document", width);
  const counts = new Int32Array(report.nConcepts);
  for (let d = 0; d < report.n; d += 1) {
    if (mask[d]) for (let i = first[d]; i < first[d + 1]; i += 1) counts[codes[i]] += 1;
  }
  return counts;
}

function countsBy(values, mask, size) {
  const counts = new Int32Array(size);
  for (let i = 0; i < values.length; i += 1) if (mask[i] && values[i] >= 0) counts[values[i]] += 1;
  return counts;
}

function total(mask) {
  let n = 0;
  for (const one of mask) n += one;
  return n;
}

/** Documents or sentences that count at all: a document needs a sentence in a section that counts. */
function countedUnits(report, mask, level) {
  let n = 0;
  for (let d = 0; d < report.n; d += 1) {
    if (!mask[d]) continue;
    let sentences = 0;
    for (let s = report.sentenceFirst[d]; s < report.sentenceFirst[d + 1]; s += 1) sentences += report.sentenceCounts[s];
    n += level === "document" ? Math.min(sentences, 1) : sentences;
  }
  return n;
}

/** Concepts of a label that any document of the report names. */
function conceptsOf(report, label, width) {
  return kept(report, `concepts ${label} ${width}`, () => {
    const code = report.head.concept_labels.indexOf(label);
    const used = new Uint8Array(report.nConcepts);
    for (const c of conceptSets(report, "document", width).codes) used[c] = 1;
    return [...report.columns.concept_label.keys()].filter((c) => used[c] && report.columns.concept_label[c] === code);
  });
}

/** How many units name each pair of two labels' concepts, and each concept alone. */
function jointCounts(report, mask, rows, columns, level, width) {
  const { first, codes, nUnits } = conceptSets(report, level, width);
  const row = new Int32Array(report.nConcepts).fill(-1);
  const column = new Int32Array(report.nConcepts).fill(-1);
  rows.forEach((c, i) => (row[c] = i));
  columns.forEach((c, j) => (column[c] = j));
  const both = new Int32Array(rows.length * columns.length);
  const alone = new Int32Array(report.nConcepts);
  for (let u = 0; u < nUnits; u += 1) {
    if (!mask[level === "document" ? u : report.sentenceDocument[u]]) continue;
    for (let i = first[u]; i < first[u + 1]; i += 1) {
      alone[codes[i]] += 1;
      const at = row[codes[i]] * columns.length;
      if (at < 0) continue;
      for (let j = first[u]; j < first[u + 1]; j += 1) if (column[codes[j]] >= 0) both[at + column[codes[j]]] += 1;
    }
  }
  return { both, alone };
}

/** Whether two concepts make a pair: not the same, and neither broader than the other where narrower ones count. */
function isPair(report, a, b, width) {
  if (a === b) return false;
  const isAbove = (x, y) => report.columns.above.subarray(report.aboveFirst[x], report.aboveFirst[x + 1]).includes(y);
  return width === "exact" || !(isAbove(a, b) || isAbove(b, a));
}

/** Pairs of two labels' concepts that are named together, with their counts and lift; of one label each pair once. */
function pairsOf(report, mask, { rows, columns, level, width }) {
  const [a, b] = [conceptsOf(report, rows, width), conceptsOf(report, columns, width)];
  const nTotal = countedUnits(report, mask, level);
  const { both, alone } = jointCounts(report, mask, a, b, level, width);
  const sentences = level === "sentence" ? both : jointCounts(report, mask, a, b, "sentence", width).both;
  const pairs = [];
  a.forEach((x, i) => {
    b.forEach((y, j) => {
      const n = both[i * b.length + j];
      if (!n || (rows === columns && x > y) || !isPair(report, x, y, width)) return;
      pairs.push({
        a: x,
        b: y,
        n,
        nA: alone[x],
        nB: alone[y],
        nTotal,
        lift: (n * nTotal) / (alone[x] * alone[y]),
        sentences: sentences[i * b.length + j],
      });
    });
  });
  pairs.sort((p, q) => q.n - p.n || byName(report, p.a, q.a) || byName(report, p.b, q.b));
  return { pairs, alone, nTotal, rows: a, columns: b };
}

/** Order of names as the library has it, by code point. */
function byName(report, a, b) {
  const [x, y] = [nameOf(report, a), nameOf(report, b)];
  return x < y ? -1 : x > y ? 1 : a - b;
}

/** Documents or sentences that name all of the concepts, and the sentences of each that name any. */
function evidenceFor(report, mask, concepts, level, width) {
  const { first, codes, nUnits } = conceptSets(report, level, width);
  const sentenceSets = conceptSets(report, "sentence", width);
  const has = (sets, u, c) => sets.codes.subarray(sets.first[u], sets.first[u + 1]).includes(c);
  const units = [];
  for (let u = 0; u < nUnits; u += 1) {
    const document = level === "document" ? u : report.sentenceDocument[u];
    if (!mask[document] || !concepts.every((c) => has({ first, codes }, u, c))) continue;
    const range =
      level === "sentence"
        ? [u]
        : [...Array(report.sentenceFirst[u + 1] - report.sentenceFirst[u]).keys()].map((i) => i + report.sentenceFirst[u]);
    const sentences = range
      .map((s) => ({ sentence: s, named: concepts.filter((c) => has(sentenceSets, s, c)).length }))
      .filter((s) => s.named);
    units.push({ document, sentences });
  }
  const nSentences = units.reduce((n, unit) => n + unit.sentences.filter((s) => s.named === concepts.length).length, 0);
  return { units, nDocuments: new Set(units.map((unit) => unit.document)).size, nSentences };
}
