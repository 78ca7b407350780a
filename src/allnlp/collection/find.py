"""Documents and sentences of a folder for which a query holds, with the mentions that make it hold."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from allnlp.collection.filters import Filters
from allnlp.collection.groups import label_and_name
from allnlp.collection.index import EVERYTHING, Index
from allnlp.collection.notices import notices_said
from allnlp.collection.provenance import asked_command, provenance
from allnlp.collection.query import parse
from allnlp.collection.query_names import is_name, names_of
from allnlp.collection.query_texts import Places
from allnlp.collection.query_tree import written
from allnlp.collection.query_units import Given, Held, evaluate, given_for
from allnlp.errors import NothingFound, OptionError
from allnlp.schema import ASSERTIONS, SECTIONS

FIND_LEVELS = ("document", "sentence")
ORDERS = ("folder", "year")


class Found(NamedTuple):
    """An answer; as many rows as units, and every mention stands in one of them."""

    rows: pd.DataFrame  # a document or a sentence each
    mentions: pd.DataFrame  # what makes the query hold, with offsets; words of text: are rows without a mention's number
    query: str
    read_as: str  # the query as it was read, every name in quotes
    level: str
    n_units: int
    n_documents: int
    notes: tuple[str, ...]


def find(index: Index, query: str, *, level: str = "document", sort: str = "folder", filters: Filters = EVERYTHING) -> Found:
    """Documents or sentences of a folder for which a query holds; duplicates are left out.

    A name holds where a mention of its concept, or of a narrower one, is present; after negated, hypothetical, historical or
    any, where one is so asserted. Every part of a query must hold in the same unit. A listed name that the folder does not
    mention holds nowhere, and a note says so.

    Args:
        index: of the folder.
        query: see ``query``.
        level: document or sentence.
        sort: folder, or year: the newest first, those without a year last.
        filters: documents and sections that are looked at; the query itself says which assertions it asks for.

    Returns:
        Rows of documents have doc_id, study, year, journal, title, pmid, doi, n_sentences (that hold what was matched) and
        matched (names); of sentences doc_id, sentence, section, study, year, journal, sentence_text and matched. Parts under
        NOT, and alternatives that do not hold in a unit, match nothing.

    Raises:
        OptionError: the query cannot be read, or a name means several concepts; says where.
        NothingFound: a name is of no concept, or a journal, study type or population of no document; or the query holds
            nowhere and names what the folder does not mention.
        FolderError: a table is damaged.
    """
    for word, value, known in (("level", level, FIND_LEVELS), ("sort", sort, ORDERS)):
        if value not in known:
            raise OptionError(f"{word} {value!r} is none of {', '.join(known)}.")
    tree = parse(query, functools.partial(is_name, names_of(index)))
    given = given_for(index, tree, level)
    view = index.view(filters)
    held = evaluate(tree, given, view.sentences)
    held = held._replace(units=held.units & (view.documents if level == "document" else view.sentences))
    if given.notes and not held.units.any():
        raise NothingFound(" ".join(given.notes))
    units = _ordered(given, np.flatnonzero(held.units), sort)
    marks = _marks(given, held, units)
    matched = _matched(marks, len(units))
    rows = _document_rows(given, units, marks, matched) if level == "document" else _sentence_rows(given, units, matched)
    mentions = marks[["doc_id", "mention", "sentence", "start", "end", "text", "label", "name", "assertion"]]
    command = asked_command("find", index.folder, EVERYTHING, {"level": level, "sort": sort}, words=(_asked(query, filters, level),))
    rows.attrs["provenance"] = provenance(index.folder, command, filters, given.notes)
    return Found(rows, mentions, query, written(tree), level, len(units), rows["doc_id"].nunique(), given.notes)


def _asked(query: str, filters: Filters, level: str) -> str:
    """The query with the filters that its language has; of what a sentence's document names or fits it has none.

    >>> _asked("CRS OR ICANS", Filters(years=(2018, None), populations=("child",), sections=("title", "results")), "document")
    '(CRS OR ICANS) year:2018- population:child (section:title OR section:results)'
    >>> _asked("CRS", Filters(mentioning=("toxicity:mesh:D007239",), lacking=("CD19",), matching=("A OR B",)), "document")
    '(CRS) toxicity:"mesh:D007239" NOT "CD19" (A OR B)'
    """
    low, high = filters.years
    years = [] if (low, high) == (None, None) else [f"year:{low}" if low == high else f"year:{low or ''}-{high or ''}"]
    fields = (("journal", filters.journals), ("type", filters.study_types), ("population", filters.populations), ("section", filters.sections))
    for field, values in fields:
        given = [f'{field}:"{v}"' if " " in v else f"{field}:{v}" for v in values]
        years += [given[0]] if len(given) == 1 else [f"({' OR '.join(given)})"] if given else []
    asked = f"({query}) {' '.join(years)}" if years else query
    if level != "document":
        return asked
    named = [*((one, "") for one in filters.mentioning), *((one, "NOT ") for one in filters.lacking)]
    more = [*(f"{no}{_naming(one, filters.assertions)}" for one, no in named), *(f"({one})" for one in filters.matching)]
    return f"({asked}) {' '.join(more)}" if more else asked


def _naming(words: str, assertions: tuple[str, ...]) -> str:
    """The part of a query that a concept of a filter is.

    >>> _naming("therapy:nova-cel", ("present", "negated"))
    '(therapy:"nova-cel" OR negated therapy:"nova-cel")'
    """
    label, name = label_and_name(words)
    term = f'{label.lower()}:"{name}"' if label else f'"{name}"'
    said = ["any "] if set(assertions) == set(ASSERTIONS) else ["" if one == "present" else f"{one} " for one in assertions]
    parts = [f"{one}{term}" for one in said]
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _ordered(given: Given, units: Places, sort: str) -> Places:
    if sort == "folder":
        return units
    documents = units if given.level == "document" else given.arrays.sentence_document[units]
    years = given.texts.documents["year"].to_numpy(dtype=float, na_value=-np.inf)[documents]
    return units[np.argsort(-years, kind="stable")]


def _marks(given: Given, held: Held, units: Places) -> pd.DataFrame:
    """Matched mentions and words by the order of the units and their place, with the unit's place in it and their sentence in the index."""
    index, texts = given.arrays, given.texts
    chosen = np.flatnonzero(held.mentions)
    concept = index.concept[chosen]
    columns: dict[str, Any] = {
        "document": index.document[chosen].astype(np.int64), "mention": index.mention[chosen].astype(np.int64),
        "of_index": index.sentence[chosen].astype(np.int64),
        "start": texts.mention_start[chosen].astype(np.int64), "end": texts.mention_end[chosen].astype(np.int64),
        "label": index.labels[concept], "name": index.concepts["name"].to_numpy(dtype=object)[concept],
        "assertion": np.array(ASSERTIONS, dtype=object)[index.assertion[chosen]],
    }  # fmt: skip
    frames = [pd.DataFrame(columns).astype({"mention": "Int64"})]
    for node, is_counted in held.words:
        found = given.words[node]
        kept = is_counted[found.sentences]
        sentences = found.sentences[kept]
        columns = {
            "document": index.sentence_document[sentences].astype(np.int64), "mention": pd.array([pd.NA] * len(sentences), dtype="Int64"),
            "of_index": sentences.astype(np.int64), "start": found.starts[kept], "end": found.ends[kept],
            "label": None, "name": written(node), "assertion": None,
        }  # fmt: skip
        frames += [pd.DataFrame(columns, index=range(len(sentences)))] if len(sentences) else []
    frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    unit = (frame["document"] if given.level == "document" else frame["of_index"]).to_numpy()
    rank = np.zeros(given.n_units, dtype=np.int64)
    rank[units] = np.arange(len(units))
    order = ["rank", "start", "end", "name"]
    frame = frame.assign(rank=rank[unit]).sort_values(order, kind="stable", ignore_index=True)
    if len(frames) > 1:  # the same words asked for twice
        frame = frame.drop_duplicates([*order, "mention"], ignore_index=True)
    document = frame["document"].to_numpy()
    return frame.assign(
        doc_id=texts.documents["doc_id"].to_numpy(dtype=object)[document],
        sentence=frame["of_index"].to_numpy() - texts.first_sentence[document],
        text=pd.Series([texts.text[d][a:b] for d, a, b in zip(document, frame["start"], frame["end"], strict=True)], dtype="str"),
    )


def _matched(marks: pd.DataFrame, n: int) -> pd.Series[str]:
    """For each unit the names that matched, each once, with their assertion unless it is present."""
    found: list[dict[str, None]] = [{} for _ in range(n)]
    for rank, name, assertion in zip(marks["rank"], marks["name"], marks["assertion"], strict=True):
        found[rank][f"{assertion} {name}" if isinstance(assertion, str) and assertion != "present" else name] = None
    return pd.Series(["; ".join(names) for names in found], dtype="str")


def _document_rows(given: Given, units: Places, marks: pd.DataFrame, matched: pd.Series[str]) -> pd.DataFrame:
    frame = given.texts.documents.iloc[units].reset_index(drop=True)
    sentences = marks[["rank", "of_index"]].drop_duplicates()["rank"]
    told = [notices_said(*cells) for cells in zip(frame["is_retracted"], frame["notices"], strict=True)]
    frame = frame.drop(columns="is_retracted").assign(notices=pd.Series(told, dtype="str"))
    return frame.assign(n_sentences=np.bincount(sentences, minlength=len(units)).astype(np.int64), matched=matched)


def _sentence_rows(given: Given, units: Places, matched: pd.Series[str]) -> pd.DataFrame:
    index, texts = given.arrays, given.texts
    document = index.sentence_document[units]
    records = texts.documents.iloc[document].reset_index(drop=True)
    spans = zip(document, texts.sentence_start[units], texts.sentence_end[units], strict=True)
    return pd.DataFrame(
        {
            "doc_id": records["doc_id"],
            "sentence": (units - texts.first_sentence[document]).astype(np.int64),
            "section": pd.Series(np.array(SECTIONS, dtype=object)[index.sentence_section[units]], dtype="str"),
            "study": records["study"],
            "year": records["year"],
            "journal": records["journal"],
            "sentence_text": pd.Series([texts.text[d][a:b] for d, a, b in spans], dtype="str"),
            "matched": matched,
        }
    )
