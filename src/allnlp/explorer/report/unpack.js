/* Unpacks the data of the report: a head, columns of numbers and the texts. */

const KINDS = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float64: Float64Array,
};

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const letters = atob(base64.replace(/\s+/g, ""));
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

async function unzipped(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

function readColumns(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const from = 8 + length;
  const columns = {};
  for (const [name, [kind, at, n]] of Object.entries(head.columns)) columns[name] = new KINDS[kind](buffer, from + at, n);
  return { head, columns, text: new Uint8Array(buffer, from + head.text[0], head.text[1]) };
}

/** Where each group begins, from the numbers of its members; the last is the end. */
function firstOf(counts) {
  const first = new Int32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i += 1) first[i + 1] = first[i] + counts[i];
  return first;
}

/** The group of each member. */
function groupOf(first) {
  const group = new Int32Array(first[first.length - 1]);
  for (let i = 0; i + 1 < first.length; i += 1) group.fill(i, first[i], first[i + 1]);
  return group;
}

/** Values from their distances within each group. */
function summed(steps, first) {
  const values = new Int32Array(steps.length);
  for (let g = 0; g + 1 < first.length; g += 1) {
    let value = 0;
    for (let i = first[g]; i < first[g + 1]; i += 1) values[i] = value += steps[i];
  }
  return values;
}

function added(starts, lengths) {
  const ends = new Int32Array(starts.length);
  for (let i = 0; i < starts.length; i += 1) ends[i] = starts[i] + lengths[i];
  return ends;
}

/** The last sentence of the document that begins at or before the place. */
function sentenceAt(report, document, place) {
  let low = report.sentenceFirst[document];
  let high = report.sentenceFirst[document + 1] - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (report.sentenceStart[middle] <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The report as it is asked and shown; texts are decoded when they are needed. */
function makeReport({ head, columns, text }) {
  const report = { head, columns, text, kept: new Map(), decoded: [], lowered: [], n: head.doc_id.length };
  report.textFirst = firstOf(columns.document_text);
  report.sentenceFirst = firstOf(columns.document_sentences);
  report.sentenceDocument = groupOf(report.sentenceFirst);
  report.sentenceStart = summed(columns.sentence_start, report.sentenceFirst);
  report.sentenceEnd = added(report.sentenceStart, columns.sentence_length);
  report.mentionFirst = firstOf(columns.document_mentions);
  report.mentionDocument = groupOf(report.mentionFirst);
  report.mentionStart = summed(columns.mention_start, report.mentionFirst);
  report.mentionEnd = added(report.mentionStart, columns.mention_length);
  report.mentionSentence = report.mentionStart.map((place, m) => sentenceAt(report, report.mentionDocument[m], place));
  report.aboveFirst = firstOf(columns.concept_above);
  report.nConcepts = head.concepts.length;
  report.byToken = new Map(head.concepts.map((_, c) => [tokenOf(report, c), c]));
  const isSection = head.sections.map((_, s) => head.counted_sections.includes(s));
  const isAssertion = head.assertions.map((_, a) => head.counted.includes(a));
  report.sentenceCounts = Uint8Array.from(columns.sentence_section, (s) => (isSection[s] ? 1 : 0));
  report.mentionStands = Uint8Array.from(columns.mention_assertion, (a) => (isAssertion[a] ? 1 : 0));
  return report;
}

function textOf(report, document) {
  const bytes = report.text.subarray(report.textFirst[document], report.textFirst[document + 1]);
  return (report.decoded[document] ??= new TextDecoder().decode(bytes));
}

function titleOf(report, document) {
  return textOf(report, document).slice(0, report.columns.document_title[document]) || "(no title)";
}

function labelOf(report, concept) {
  return concept < 0 ? "POPULATION" : report.head.concept_labels[report.columns.concept_label[concept]];
}

/** A concept as commands and addresses name it. */
function tokenOf(report, concept) {
  return `${labelOf(report, concept).toLowerCase()}:${report.head.concepts[concept][0]}`;
}

function nameOf(report, concept) {
  return concept < 0 ? report.head.values[-2 - concept] : report.head.concepts[concept][1];
}
