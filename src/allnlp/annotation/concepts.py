"""The concepts that a folder's mentions name: counted in each shard, added up at the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, NamedTuple

from allnlp.schema import Concept, Document, Mention, columns_of
from allnlp.terminology import Terminology

_FORMS = 20
COUNTS = "concept_counts"


class ConceptCount(NamedTuple):
    """Mentions of a concept by their words in some documents; or, where there is no form, the documents themselves."""

    concept_id: Annotated[str, "CURIE"]
    label: Annotated[str | None, "of the mentions"]
    name: Annotated[str | None, "of the mentions"]
    form: Annotated[str | None, "the words"]
    n: Annotated[int, "mentions with these words; documents where there is no form"]
    n_negated: Annotated[int, "mentions of them that are negated"]
    first_year: Annotated[int | None, "earliest year of the documents"] = None
    last_year: Annotated[int | None, "latest year of the documents"] = None


COLUMNS = columns_of(ConceptCount, COUNTS)


def count_concepts(documents: Iterable[Document], mentions: Iterable[Mention]) -> list[ConceptCount]:
    """Counts of the concepts that the mentions of some documents name.

    >>> m = Mention("1", 0, 0, 0, 4, "CD19", "ANTIGEN", None, "hgnc:1633", "CD19", "negated", None, None, None, "terms", "")
    >>> [c[3:] for c in count_concepts([Document("1", year=2020)], [m])]
    [('CD19', 1, 1, None, None), (None, 1, 0, 2020, 2020)]
    """
    forms: Counter[tuple[str, str, str, str]] = Counter()
    negated: Counter[tuple[str, str, str, str]] = Counter()
    named: dict[str, set[str]] = defaultdict(set)
    for m in mentions:
        if m.concept_id is None or m.label == "EVENT":  # a verb is no mention of the outcome that it tells of
            continue
        key = (m.concept_id, m.label, m.name, m.text)
        forms[key] += 1
        if m.assertion == "negated":
            negated[key] += 1
        named[m.concept_id].add(m.doc_id)
    years = {d.doc_id: d.year for d in documents}
    counts = [ConceptCount(*key, n, negated[key]) for key, n in forms.items()]
    for curie, ids in named.items():
        known = [year for i in ids if (year := years[i]) is not None]
        counts.append(ConceptCount(curie, None, None, None, len(ids), 0, min(known, default=None), max(known, default=None)))
    return counts


def merged_concepts(ask: Callable[[str], list[tuple[Any, ...]]], terminology: Terminology) -> list[Concept]:
    """Rows of the table ``concepts``, by label, then by number of documents, then by identifier.

    Args:
        ask: answers an SQL statement on `COUNTS`, the counts of all shards; they are added up, which is exact, for no document is in two.
        terminology: has the labels, identifiers and relations of listed concepts.
    """
    forms = _by_concept(
        ask(
            f"SELECT concept_id, form, sum(n)::BIGINT AS all_n FROM {COUNTS} WHERE form IS NOT NULL GROUP BY concept_id, form"
            f" QUALIFY row_number() OVER (PARTITION BY concept_id ORDER BY all_n DESC, form) <= {_FORMS} ORDER BY concept_id, all_n DESC, form"
        )
    )
    names = _by_concept(
        ask(
            f"SELECT concept_id, label, name, sum(n) AS all_n FROM {COUNTS} WHERE form IS NOT NULL GROUP BY concept_id, label, name"
            " QUALIFY row_number() OVER (PARTITION BY concept_id ORDER BY all_n DESC, label, name) = 1"
        )
    )
    totals = ask(
        "SELECT concept_id, sum(n) FILTER (form IS NULL)::BIGINT, sum(n) FILTER (form IS NOT NULL)::BIGINT, sum(n_negated)::BIGINT,"
        f" min(first_year), max(last_year) FROM {COUNTS} GROUP BY concept_id"
    )
    labels = {term.curie: label for _, _, label, term in terminology.terms}
    identifiers: dict[str, set[str]] = defaultdict(set)
    for row in terminology.identifiers:
        identifiers[row.curie].add(row.identifier)
    related: dict[tuple[str, str], set[str]] = defaultdict(set)
    for b in terminology.broader:
        related[b.curie, b.relation].add(b.object)
    rows = [
        Concept(
            curie,
            labels.get(curie) or _of_large_tables(curie, terminology) or names[curie][0][0],  # by context an infection may be read as a disease; its concept stays what it is
            names[curie][0][1],
            tuple(sorted(identifiers.get(curie, ()))),
            tuple(sorted(related.get((curie, "broader"), ()))),
            tuple(sorted(related.get((curie, "targets"), ()))),
            tuple(f"{form}: {n}" for form, n in forms[curie]),
            documents,
            n,
            negated,
            first,
            last,
        )
        for curie, documents, n, negated, first, last in totals
    ]
    return sorted(rows, key=lambda c: (c.label, -c.n_documents, c.concept_id))


def _by_concept(rows: Iterable[tuple[object, ...]]) -> Mapping[str, list[tuple[str, ...]]]:
    out: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for curie, *rest in rows:
        out[str(curie)].append(tuple(map(str, rest)))
    return out


def _of_large_tables(curie: str, terminology: Terminology) -> str | None:
    """The label of a concept that a large table lists."""
    return next((label for table in terminology.large for _, _, label, _ in table.of(curie)), None)
