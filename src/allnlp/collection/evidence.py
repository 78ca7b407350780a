"""The sentences behind a number: where concepts are named, together or alone, with the words that name them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from allnlp.collection.filters import Filters
from allnlp.collection.findings import study_label
from allnlp.collection.frames import records
from allnlp.collection.groups import Groups, Key, documents_of, grouped, label_of, side, units
from allnlp.collection.index import EVERYTHING, Index, View
from allnlp.collection.notices import notices_said
from allnlp.collection.provenance import asked_command, provenance
from allnlp.errors import NothingFound, OptionError
from allnlp.schema import ASSERTIONS, SECTIONS


class Evidence(NamedTuple):
    """Sentences that name concepts, of every unit that names all of them.

    ``rows`` has a row a sentence: unit (as counted: doc_id; doc_id and section; doc_id and sentence), doc_id, sentence, section,
    study, year, journal, pmid, doi, title, notices (retracted, errata; null for none), names_all (the sentence alone names all), marks (the words), assertions (those other
    than present, with their cue), sentence_text. ``mentions`` has the words: doc_id, mention, sentence, start, end (in the
    sentence's text), text, concept_id, name, label, assertion, assertion_cue, rule.
    """

    names: tuple[str, ...]
    level: str
    n_units: int  # as a co-occurrence table counts them
    n_documents: int
    n_sentences: int  # sentences that name all by themselves
    rows: pd.DataFrame
    mentions: pd.DataFrame
    notes: tuple[str, ...]

    def said(self) -> str:
        """The numbers in a line."""
        together = " and ".join(self.names)
        parts = [] if self.level == "document" else [f"{self.n_units:,} {self.level}s"] if self.level != "sentence" else []
        parts = [f"{self.n_documents:,} document{_s(self.n_documents)}", *parts]
        same = f"{self.n_sentences:,} sentence{_s(self.n_sentences)}"
        parts.append(same if len(self.names) == 1 else f"{same} with both" if len(self.names) == 2 else f"{same} with all")
        return f"{together}: {', '.join(parts)}"

    def __repr__(self) -> str:
        return f"Evidence({self.said()!r}: {len(self.rows):,} rows)"

    def _repr_html_(self) -> str:
        """Sentences with their words marked, for a notebook."""
        return evidence_fragment(self)


def _s(n: int) -> str:
    return "" if n == 1 else "s"


def evidence(
    index: Index,
    concepts: Sequence[str],
    *,
    filters: Filters = EVERYTHING,
    level: str = "document",
    narrower: bool = False,
    newest_first: bool = False,
    limit: int | None = None,
) -> Evidence:
    """Sentences that name the concepts, in the units that name all of them: what a count of ``cooccurrence`` is made of.

    Args:
        index: of the folder.
        concepts: names, synonyms or CURIEs; a label before a colon restricts to it. One, two or more.
        filters: what counts.
        level: document, section or sentence in which all must be named.
        narrower: narrower concepts count as well.
        newest_first: by year, latest first; by default in the order of the folder.
        limit: units of which the sentences are given; the numbers are of all.

    Raises:
        NothingFound: a name is of no concept, or nothing names all of them.
        OptionError: an option has a value that it cannot have.
    """
    if not concepts:
        raise OptionError("no concept is given. Give one or more names.")
    keys = [side(index, [one], narrower=narrower) for one in concepts]
    groups = grouped(index, [k for found in keys for k in found], narrower=narrower)
    view = index.view(filters)
    member = _members(index, groups, keys)
    chosen, n_units, n_documents = _units_with_all(index, view, member, level)
    names = tuple(_said_name(groups, one, found) for one, found in zip(concepts, keys, strict=True))
    if not n_units:
        said = filters.said()
        raise NothingFound(f"no {level} names {' and '.join(names)}{f' ({said})' if said else ''} in {index.folder}.{_hint(level, narrower)}")
    n_sentences = _sentences_with_all(index, view, member)
    if newest_first:
        chosen = _years_down(index, chosen, level)
    shown = chosen if limit is None else chosen[:limit]
    rows, mentions = _read(index, view, member, shown, level)
    notes = _notes(index, groups, keys, names, narrower, len(chosen), len(shown), level)
    options = {"level": level, "narrower": narrower, "newest": newest_first, "limit": limit}
    command = asked_command("evidence", index.folder, filters, options, words=tuple(concepts))
    rows.attrs["provenance"] = provenance(index.folder, command, filters, notes)
    return Evidence(names, level, n_units, n_documents, n_sentences, rows, mentions, notes)


def _members(index: Index, groups: Groups, keys: Sequence[Sequence[Key]]) -> list[Any]:
    """For each concept asked for whether a code of the index counts for it; shape (concepts of the index,) each."""
    out = []
    for found in keys:
        is_member = np.zeros(len(index.concepts), dtype=bool)
        is_member[groups.codes[np.isin(groups.groups, groups.numbers(found))]] = True
        out.append(is_member)
    return out


def _units_with_all(index: Index, view: View, member: Sequence[Any], level: str) -> tuple[Any, int, int]:
    n, unit = units(index, level)
    found = np.ones(n, dtype=bool)
    for is_member in member:
        has = np.zeros(n, dtype=bool)
        has[unit[view.mentions & is_member[index.concept]]] = True
        found &= has
    chosen = np.flatnonzero(found)
    return chosen, len(chosen), len(np.unique(documents_of(index, chosen, level)))


def _sentences_with_all(index: Index, view: View, member: Sequence[Any]) -> int:
    return _units_with_all(index, view, member, "sentence")[1]


def _years_down(index: Index, chosen: Any, level: str) -> Any:
    years = index.documents["year"].to_numpy(dtype=float, na_value=-1.0)[documents_of(index, chosen, level)]
    return chosen[np.lexsort((np.arange(len(chosen)), -years))]


def _name(groups: Groups, keys: Sequence[Key]) -> str:
    return groups.names[groups.keys.index(keys[0])]


def _said_name(groups: Groups, words: str, keys: Sequence[Key]) -> str:
    return f"any {label_of(words)}" if label_of(words) else _name(groups, keys)


def _hint(level: str, narrower: bool) -> str:
    parts = (["--level document"] if level != "document" else []) + ([] if narrower else ["--narrower"]) + ["--include all"]
    return f" Try {', '.join(parts[:-1]) + ' or ' if len(parts) > 1 else ''}{parts[-1]}."


def _notes(index: Index, groups: Groups, keys: Any, names: Sequence[str], narrower: bool, n: int, shown: int, level: str) -> tuple[str, ...]:
    notes = []
    if not narrower:
        for found, name in zip(keys, names, strict=True):
            ids = {k[1] for k in found}
            below = [c for c, above in index.broader.items() if ids & set(above)]
            if below:
                first = ", ".join(sorted({str(index.concepts["name"].iloc[index.by_id[c][0]]) for c in below})[:3])
                more = ", ..." if len(below) > 3 else ""
                many = "s" if len(below) > 1 else ""
                notes.append(f"{len(below)} narrower concept{many} of {name} ({first}{more}) {'are' if many else 'is'} not counted; --narrower counts them")
    if shown < n:
        notes.append(f"sentences of {shown:,} of {n:,} {level}s are given; --limit 0 gives all")
    return tuple(notes)


_MENTION_COLUMNS = (
    "doc_id", "mention", "sentence", "start", "end", "text", "concept_id", "name", "label", "assertion", "assertion_cue", "rule",
)  # fmt: skip


def _read(index: Index, view: View, member: Sequence[Any], shown: Any, level: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows and words of units."""
    n, unit = units(index, level)
    place = np.full(n, -1, dtype=np.int64)
    place[shown] = np.arange(len(shown))
    at = np.flatnonzero(view.mentions & np.logical_or.reduce(member)[index.concept])
    at = at[place[unit[at]] >= 0]
    at = at[np.lexsort((index.mention[at], index.sentence[at], place[unit[at]]))]
    numbers, of_document = np.unique(index.document[at], return_inverse=True)
    documents = records(index.passages.documents(numbers))
    words = _words(index, at, [documents[i]["text"] for i in of_document])
    begins = np.flatnonzero(np.concatenate(([True], np.diff(index.sentence[at]) != 0))).tolist()
    spoken = list(zip(words["sentence"], words["text"], words["assertion"], words["assertion_cue"], strict=True))
    rows = [
        _row(index, member, spoken[i:j], at[i:j], documents[of_document[i]], level)
        for i, j in zip(begins, [*begins[1:], len(at)], strict=True)
    ]
    frame = pd.DataFrame(rows)
    frame["year"] = frame["year"].astype("Int64")
    return frame, words


def _words(index: Index, at: Any, texts: Any) -> pd.DataFrame:
    """Mentions by their place in the index; offsets count in their sentence."""
    passages, concepts = index.passages, index.concepts
    sentence, code = index.sentence[at], index.concept[at]
    document = index.document[at]
    first = np.searchsorted(index.sentence_document, document)  # its first sentence
    begin = passages.sentence_start[sentence]
    columns = (
        index.documents["doc_id"].to_numpy(dtype=object)[document],
        index.mention[at],
        sentence - first,
        passages.start[at] - begin,
        passages.end[at] - begin,
        [text[i:j] for text, i, j in zip(texts, passages.start[at].tolist(), passages.end[at].tolist(), strict=True)],
        concepts["concept_id"].to_numpy(dtype=object)[code],
        concepts["name"].to_numpy(dtype=object)[code],
        index.labels[code],
        np.array(ASSERTIONS, dtype=object)[index.assertion[at]],
        [passages.cues[i] for i in passages.cue[at]],
        passages.rules[passages.rule[at]],
    )
    return pd.DataFrame(dict(zip(_MENTION_COLUMNS, columns, strict=True)))


def _row(index: Index, member: Sequence[Any], words: Sequence[tuple[Any, ...]], at: Any, document: dict[str, Any], level: str) -> dict[str, Any]:
    """A sentence with its study and its words."""
    sentence, codes, passages = int(index.sentence[at[0]]), index.concept[at], index.passages
    doc_id, number, section = str(document["doc_id"]), int(words[0][0]), SECTIONS[index.sentence_section[sentence]]
    stated = [f"{assertion} ({cue})" if isinstance(cue, str) else str(assertion) for _, _, assertion, cue in words if assertion != "present"]
    return {
        "unit": {"document": doc_id, "section": f"{doc_id} {section}", "sentence": f"{doc_id} {number}"}[level],
        "doc_id": doc_id,
        "sentence": number,
        "section": section,
        "study": study_label(document["authors"], document["year"], doc_id),
        **{name: document[name] for name in ("year", "journal", "pmid", "doi", "title")},
        "notices": notices_said(bool(document["is_retracted"]), document["notices"]),
        "names_all": all(bool(m[codes].any()) for m in member),
        "marks": "; ".join(dict.fromkeys(text for _, text, _, _ in words)),
        "assertions": "; ".join(dict.fromkeys(stated)) or None,
        "sentence_text": document["text"][passages.sentence_start[sentence] : passages.sentence_end[sentence]],
    }


def pieces(text: str, marks: Sequence[tuple[int, int, str]]) -> list[tuple[str, str | None]]:
    """A sentence in pieces, each with the label of its mark or none; of marks that overlap the first holds.

    >>> pieces("No CRS was seen.", [(3, 6, "TOXICITY")])
    [('No ', None), ('CRS', 'TOXICITY'), (' was seen.', None)]
    """
    out: list[tuple[str, str | None]] = []
    at = 0
    for start, end, label in sorted(marks, key=lambda m: (m[0], -m[1])):
        if start < at:
            continue
        out += [(text[at:start], None)] if start > at else []
        out.append((text[start:end], label))
        at = end
    return [*out, *([(text[at:], None)] if at < len(text) else [])]


def marked(found: Evidence) -> list[list[tuple[str, str | None]]]:
    """Each row's sentence in pieces; see ``pieces``."""
    by_sentence = dict(iter(found.mentions.groupby(["doc_id", "sentence"], sort=False)))
    return [
        pieces(text, [(int(s), int(e), str(label)) for s, e, label in by_sentence[doc_id, sentence][["start", "end", "label"]].itertuples(index=False)])
        for doc_id, sentence, text in found.rows[["doc_id", "sentence", "sentence_text"]].itertuples(index=False)
    ]


def evidence_fragment(found: Evidence) -> str:
    """Sentences as HTML, words marked, each with its citation."""
    items = []
    for row, parts in zip(found.rows.itertuples(index=False), marked(found), strict=True):
        words = "".join(escape(t) if label is None else f'<mark title="{escape(label)}">{escape(t)}</mark>' for t, label in parts)
        cite = escape(" · ".join(str(c) for c in (row.study, row.journal, row.doc_id, row.section, row.notices) if isinstance(c, str) and c))
        items.append(f"<li>{words}<br><small>{cite}</small></li>")
    return f"<section><p>{escape(found.said())}</p><ol>{''.join(items)}</ol></section>"
