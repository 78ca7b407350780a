"""The concepts that a folder's mentions name, counted while they are written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from allnlp.schema import Concept, Mention
from allnlp.terminology import Terminology

_FORMS = 20


class _Seen(NamedTuple):
    label: str
    name: str
    counts: Counter[str]
    forms: Counter[str]
    years: list[int]


class ConceptCounter:
    """Counts mentions and documents by concept; its size is bounded by the vocabulary, not by the input."""

    def __init__(self, terminology: Terminology) -> None:
        self._seen: dict[str, _Seen] = {}
        self._labels = {term.curie: label for _, _, label, term in terminology.terms}
        self._identifiers: dict[str, list[str]] = defaultdict(list)
        for row in terminology.identifiers:
            self._identifiers[row.curie].append(row.identifier)
        self._related: dict[tuple[str, str], list[str]] = defaultdict(list)
        for b in terminology.broader:
            self._related[b.curie, b.relation].append(b.object)

    def add(self, mentions: Sequence[Mention], year: int | None) -> None:
        """Count the mentions of one document."""
        in_document: set[str] = set()
        for m in mentions:
            if m.concept_id is None or m.label == "EVENT":  # a verb is no mention of the outcome that it tells of
                continue
            seen = self._seen.get(m.concept_id)
            if seen is None:
                seen = self._seen[m.concept_id] = _Seen(m.label, m.name, Counter(), Counter(), [])
            seen.counts["mentions"] += 1
            seen.counts["negated"] += m.assertion == "negated"
            if m.text in seen.forms or len(seen.forms) < 1000:
                seen.forms[m.text] += 1
            in_document.add(m.concept_id)
        for curie in in_document:
            seen = self._seen[curie]
            seen.counts["documents"] += 1
            if year is not None:
                seen.years[:] = [min([*seen.years[:1], year]), max([*seen.years[1:], year])]

    def rows(self) -> list[Concept]:
        """Rows of the table ``concepts``, by label, then by number of documents, then by identifier."""
        rows = []
        for curie, s in self._seen.items():
            forms = sorted(s.forms.items(), key=lambda f: (-f[1], f[0]))[:_FORMS]
            rows.append(
                Concept(
                    curie,
                    self._labels.get(curie, s.label),  # by context an infection may be read as a disease; its concept stays what it is
                    s.name,
                    tuple(sorted(self._identifiers.get(curie, ()))),
                    tuple(sorted(self._related.get((curie, "broader"), ()))),
                    tuple(sorted(self._related.get((curie, "targets"), ()))),
                    tuple(f"{form}: {count}" for form, count in forms),
                    s.counts["documents"],
                    s.counts["mentions"],
                    s.counts["negated"],
                    s.years[0] if s.years else None,
                    s.years[1] if s.years else None,
                )
            )
        return sorted(rows, key=lambda c: (c.label, -c.n_documents, c.concept_id))
