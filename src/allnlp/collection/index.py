"""Mentions of a folder as arrays, so that counts under any filter take milliseconds; text stays in the tables."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.collection.filters import DECISIONS, READINGS, Filters
from allnlp.collection.folder import asked
from allnlp.collection.names import Concepts, Known, known_concepts, resolve_in
from allnlp.collection.passages import Passages, read_passages
from allnlp.errors import NothingFound
from allnlp.schema import ASSERTIONS, SECTIONS
from allnlp.terminology import load

Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

LEVELS = ("document", "section", "sentence")
EVERYTHING = Filters()

Answer = TypeVar("Answer")


class View(NamedTuple):
    """What of an index counts under filters."""

    documents: Mask  # shape (documents,)
    sentences: Mask  # shape (sentences,)
    mentions: Mask  # shape (mentions,)


class Values(NamedTuple):
    """Values that documents have, as pairs of which each stands once."""

    documents: npt.NDArray[np.int64]
    codes: npt.NDArray[np.int64]  # place in ``names``
    names: tuple[str, ...]


class Index:
    """Mentions as arrays; duplicates are left out, and so are populations that are no listed concept (sizes, ages in numbers).

    A concept is a label and a CURIE, or the normal name where the words name no listed concept. Documents are numbered in
    the order of the table, sentences through all documents.

    Args:
        folder: the annotated folder.

    Raises:
        FolderError: no annotated folder, or a damaged one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with asked(folder, "documents", "sentences", "mentions", "concepts", "studies") as database:
            database.execute(_NUMBERED)
            self.documents = database.sql(_DOCUMENTS).df()  # doc_id, year, journal, study_type, populations
            sentences = database.sql(_SENTENCES).fetchnumpy()
            self.concepts = database.sql(_CONCEPTS).df()  # label, concept_id, name, broader
            mentions = database.sql(_MENTIONS).fetchnumpy()
            self.n_unlisted = int(database.execute(_UNLISTED).fetchall()[0][0])  # mentions of populations without a concept
        self.sentence_document = _plain(sentences["doc"], np.int32)  # shape (sentences,)
        self.sentence_section = _plain(sentences["section"], np.int8)
        first = np.searchsorted(self.sentence_document, np.arange(len(self.documents)))
        self.document = _plain(mentions["doc"], np.int32)  # shape (mentions,)
        self.sentence = (first[self.document] + mentions["sentence"]).astype(np.int32)
        self.mention = _plain(mentions["mention"], np.int32)  # number in its document
        self.concept = _plain(mentions["code"], np.int32)
        self.assertion = _plain(mentions["assertion"], np.int8)

    @functools.cached_property
    def passages(self) -> Passages:
        """Where each mention stands, and the texts; read at first use."""
        return read_passages(self.folder, _NUMBERED)

    @functools.cached_property
    def labels(self) -> npt.NDArray[Any]:
        """Label of each concept."""
        labels: npt.NDArray[Any] = self.concepts["label"].to_numpy(dtype=object)
        return labels

    @functools.cached_property
    def names(self) -> npt.NDArray[Any]:
        """Normal name of each concept."""
        names: npt.NDArray[Any] = self.concepts["name"].to_numpy(dtype=object)
        return names

    @functools.cached_property
    def kept(self) -> dict[Any, Any]:
        """What questions made of the index and need again; it goes with the index."""
        return {}

    @functools.cached_property
    def numbers(self) -> dict[str, int]:
        """Number of each document."""
        return {doc_id: number for number, doc_id in enumerate(self.documents["doc_id"])}

    def keep(self, kind: str, question: Hashable, answer: Callable[[], Answer], *, most: int = 16) -> Answer:
        """The answer to a question, made once; of a kind the last ones asked for are kept."""
        answers: dict[Hashable, Answer] = self.kept.setdefault(kind, {})
        found = answers.pop(question) if question in answers else answer()
        answers[question] = found
        while len(answers) > most:
            answers.pop(next(iter(answers)))
        return found

    @functools.cached_property
    def by_id(self) -> dict[str, list[int]]:
        """Codes of each concept_id; several where words are a toxicity here and a disease there."""
        out: dict[str, list[int]] = {}
        for code, concept_id in enumerate(self.concepts["concept_id"]):
            out.setdefault(concept_id, []).append(code)
        return out

    @functools.cached_property
    def broader(self) -> dict[str, tuple[str, ...]]:
        """All broader concepts of each concept of the folder, near and far."""
        return {c: self.above(c) for c in self.by_id}

    @functools.cached_property
    def any_broader(self) -> frozenset[str]:
        """Concepts that are broader than one of the folder."""
        return frozenset(b for above in self.broader.values() for b in above)

    def above(self, concept_id: str) -> tuple[str, ...]:
        """All broader concepts of a concept, whether the folder names it or not."""
        found: dict[str, None] = {}
        new = list(self._next_broader.get(concept_id, ()))
        while new:
            one = new.pop()
            if one not in found and one != concept_id:
                found[one] = None
                new += self._next_broader.get(one, ())
        return tuple(found)

    @functools.cached_property
    def _next_broader(self) -> dict[str, list[str]]:
        """The folder's own word counts, the vocabulary's only for concepts that the folder lacks."""
        next_of: dict[str, list[str]] = {}
        for b in load().broader:
            if b.relation == "broader":
                next_of.setdefault(b.curie, []).append(b.object)
        for concept_id, own in zip(self.concepts["concept_id"], self.concepts["broader"], strict=True):
            if not isinstance(own, (float, type(pd.NA), type(None))):
                next_of[concept_id] = list(own)
        return next_of

    def resolve(
        self, words: str, *, label: str | tuple[str, ...] | None = None, exact: bool = False, absent: bool = False
    ) -> Concepts:
        """Concepts that a user's words mean; see ``names.resolve``.

        Raises:
            NothingFound: the words name no concept of the folder; says which are near.
            OptionError: the words are empty, or mean several concepts.
        """
        asked_for = (words, label, exact, absent)
        found = self._resolved.get(asked_for)
        if found is None:
            found = resolve_in(self.known, words, label=label, exact=exact, folder=self.folder, absent=absent)
            self._resolved[asked_for] = found
        return found

    @functools.cached_property
    def known(self) -> dict[str, Known]:
        """Concepts of the folder with all that names them."""
        with asked(self.folder, "concepts", "mentions") as database:
            return known_concepts(database)

    @functools.cached_property
    def _resolved(self) -> dict[tuple[Any, ...], Concepts]:
        return {}

    def codes(self, concepts: Concepts, label: str | tuple[str, ...] | None = None) -> Codes:
        """Codes of concepts, of one label or of any."""
        labels = (label,) if isinstance(label, str) else label
        found = sorted(code for c in concepts.ids for code in self.by_id.get(c, ()))
        return np.array([c for c in found if labels is None or self.labels[c] in labels], dtype=np.int32)

    def view(self, filters: Filters = EVERYTHING) -> View:
        """What counts under filters; what a reviewer decided is looked up each time, as it changes while the rest is kept.

        Raises:
            NothingFound: a filter names a journal, study type, population or concept that the folder does not have.
            OptionError: a name means several concepts, or a query cannot be read.
        """
        if filters.decisions:
            wider = self.view(filters._replace(decisions=()))
            documents = wider.documents & self.fitting(Filters(decisions=filters.decisions))
            sentences = wider.sentences & documents[self.sentence_document]
            return View(documents, sentences, wider.mentions & documents[self.document])
        return self.keep("views", filters, lambda: self._view(filters))

    def _view(self, filters: Filters) -> View:
        documents = self.fitting(filters)
        sentences = documents[self.sentence_document]
        if filters.sections:
            sentences &= np.isin(self.sentence_section, [SECTIONS.index(s) for s in filters.sections])
        mentions = sentences[self.sentence] & self.counted(filters.assertions)
        return View(documents, sentences, mentions)

    def counted(self, assertions: tuple[str, ...]) -> Mask:
        """Mentions that have one of these assertions."""
        is_counted = np.array([a in assertions for a in ASSERTIONS])
        counted: Mask = is_counted[self.assertion]
        return counted

    def fitting(self, filters: Filters) -> Mask:
        """Documents that fit filters: those of ``view``, without its sentences and mentions.

        Raises:
            NothingFound: as ``view``.
            OptionError: as ``view``.
        """
        if filters.decisions:
            decided = self.decided()
            any_of: Mask = np.logical_or.reduce([decided[one] for one in filters.decisions])
            return self.fitting(filters._replace(decisions=())) & any_of
        return self.keep("fitting", filters, lambda: self._fitting(filters))

    def _fitting(self, filters: Filters) -> Mask:
        mask = np.ones(len(self.documents), dtype=bool)
        low, high = filters.years
        if low is not None or high is not None:
            years = self.documents["year"].to_numpy(dtype=float, na_value=np.nan)
            mask &= (years >= (low if low is not None else -np.inf)) & (years <= (high if high is not None else np.inf))
        if filters.journals:
            mask &= self._one_of("journal", filters.journals)
        if filters.study_types:
            mask &= self._one_of("study_type", filters.study_types)
        if filters.populations:
            mask &= self._of_values("populations", {self._population(p) for p in filters.populations})
        for words in filters.mentioning:
            mask &= self._naming(words, filters.assertions)
        for words in filters.lacking:
            mask &= ~self._naming(words, filters.assertions)
        for query in filters.matching:
            mask &= self.keep("queries", query, functools.partial(self._of_query, query))
        mask.flags.writeable = False  # it is kept
        return mask

    def _naming(self, words: str, assertions: tuple[str, ...]) -> Mask:
        """Documents that name a concept, or a narrower one, by a mention that counts, in whatever section."""
        from allnlp.collection.groups import codes_of

        def naming() -> Mask:
            is_meant = np.zeros(len(self.concepts), dtype=bool)
            is_meant[codes_of(self, words)] = True
            has = np.zeros(len(self.documents), dtype=bool)
            has[self.document[is_meant[self.concept] & self.counted(assertions)]] = True
            return has

        return self.keep("naming", (words, assertions), naming, most=64)

    def _of_query(self, query: str) -> Mask:
        """Documents that fit a query; it says itself which sections and assertions it asks for."""
        from allnlp.collection.query import parse
        from allnlp.collection.query_names import is_name, names_of
        from allnlp.collection.query_units import evaluate, given_for

        tree = parse(query, functools.partial(is_name, names_of(self)))
        everywhere = np.ones(len(self.sentence_document), dtype=bool)
        return evaluate(tree, given_for(self, tree, "document"), everywhere).units

    def decided(self) -> dict[str, Mask]:
        """For each decision and each state of reading the documents of which the reviews say so now; without a review undecided and unread.

        Raises:
            FolderError: the reviews are damaged.
        """
        from allnlp.collection.reviews import REVIEWS, read_reviews

        try:
            found = (self.folder / REVIEWS).stat()
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)  # a review replaces the file
        except OSError:
            stamp = None
        return self.keep("reviews", stamp, lambda: self._decided(read_reviews(self.folder)), most=1)

    def _decided(self, reviews: pd.DataFrame) -> dict[str, Mask]:
        included, excluded, read = np.zeros((3, len(self.documents)), dtype=bool)
        for doc_id, decision, is_read in zip(reviews["doc_id"], reviews["decision"], reviews["is_read"], strict=True):
            number = self.numbers.get(doc_id)
            if number is not None:  # no duplicate, and no document that is gone
                included[number], excluded[number], read[number] = decision == DECISIONS[0], decision == DECISIONS[1], is_read
        masks = (included, excluded, ~(included | excluded), read, ~read)
        return dict(zip((*DECISIONS, *READINGS), masks, strict=True))

    def values(self, column: str) -> Values:
        """Values of the documents in journal, study_type or populations; those written alike but for case are one.

        The most frequent way of writing stands for the others.
        """
        return self.keep("values", column, lambda: _values_of(self.documents[column]))

    def _of_values(self, column: str, wanted: Collection[str]) -> Mask:
        values = self.values(column)
        is_wanted = np.fromiter((v.casefold() in wanted for v in values.names), dtype=bool, count=len(values.names))
        mask = np.zeros(len(self.documents), dtype=bool)
        mask[values.documents[is_wanted[values.codes]]] = True
        return mask

    def _one_of(self, column: str, wanted: Sequence[str]) -> Mask:
        known = {v.casefold() for v in self.values(column).names}
        for one in wanted:
            if one.casefold() not in known:
                raise NothingFound(f"no document of the {column.replace('_', ' ')} {one!r}.{_hint(one, self.documents[column])}")
        return self._of_values(column, {w.casefold() for w in wanted})

    def _population(self, words: str) -> str:
        """Normal name of an age group or a state of disease, in one case."""
        known = {p.casefold(): p for p in self.values("populations").names}
        if words.strip().casefold() in known:
            return words.strip().casefold()
        try:
            name = self.resolve(words, label="POPULATION").name
        except NothingFound:
            name = ""
        if name.casefold() not in known:
            raise NothingFound(f"no study of the population {words!r}. There are: {', '.join(sorted(known.values())) or 'none'}.")
        return name.casefold()


def _values_of(cells: pd.Series[Any]) -> Values:
    """Pairs of a document and a value, from cells of one value or of several."""
    pairs = cells.explode().dropna()
    pairs = pairs[pairs != ""]
    written = [str(value) for value in pairs]
    names: dict[str, str] = {}
    for value, _ in sorted(Counter(written).items(), key=lambda one: (-one[1], one[0])):
        names.setdefault(value.casefold(), value)
    place = {key: i for i, key in enumerate(sorted(names))}
    codes = np.fromiter((place[value.casefold()] for value in written), dtype=np.int64, count=len(written))
    found = np.unique(pairs.index.to_numpy(dtype=np.int64) * max(len(place), 1) + codes)
    return Values(found // max(len(place), 1), found % max(len(place), 1), tuple(names[key] for key in place))


def _plain(values: Any, kind: Any) -> Any:
    return np.asarray(values).astype(kind, copy=False)


def _hint(words: str, values: pd.Series[str]) -> str:
    import difflib

    counts = values.dropna().value_counts()
    by_key = {str(v).casefold(): str(v) for v in counts.index}
    near = difflib.get_close_matches(words.casefold(), list(by_key), n=4, cutoff=0.6) or [k for k in by_key if words.casefold() in k][:4]
    shown = [by_key[k] for k in near] or [str(v) for v in counts.index[:5]]
    return f" {'Did you mean' if near else 'Most frequent'}: {', '.join(shown)}{'?' if near else '.'}"


_NUMBERED = f"""
CREATE TEMP TABLE kept AS SELECT doc_id, (row_number() OVER () - 1)::INTEGER AS doc, year, journal FROM documents WHERE duplicate_of IS NULL;
CREATE TEMP TABLE sections AS SELECT unnest({list(SECTIONS)!r}) AS section, unnest(range({len(SECTIONS)}))::TINYINT AS code;
CREATE TEMP TABLE assertions AS SELECT unnest({list(ASSERTIONS)!r}) AS assertion, unnest(range({len(ASSERTIONS)}))::TINYINT AS code;
CREATE TEMP TABLE codes AS
    SELECT *, (row_number() OVER (ORDER BY label, concept_id) - 1)::INTEGER AS code FROM (
        SELECT label, coalesce(concept_id, name) AS concept_id, min(name) AS name FROM mentions SEMI JOIN kept USING (doc_id)
        WHERE concept_id IS NOT NULL OR label <> 'POPULATION' GROUP BY ALL
    );
"""
_DOCUMENTS = """
SELECT k.doc_id, k.year, k.journal, coalesce(s.study_type, 'other') AS study_type,
    list_concat(coalesce(s.age_groups, []), coalesce(s.disease_status, [])) AS populations
FROM kept AS k LEFT JOIN studies AS s USING (doc_id) ORDER BY k.doc
"""
_SENTENCES = """
SELECT k.doc, x.code AS section FROM sentences AS s JOIN kept AS k USING (doc_id) JOIN sections AS x USING (section) ORDER BY k.doc, s.sentence
"""
_CONCEPTS = """
SELECT c.label, c.concept_id, coalesce(t.name, c.name) AS name, t.broader FROM codes AS c LEFT JOIN concepts AS t USING (concept_id) ORDER BY c.code
"""
_MENTIONS = """
SELECT k.doc, m.sentence::INTEGER AS sentence, m.mention::INTEGER AS mention, c.code, a.code AS assertion
FROM mentions AS m JOIN kept AS k USING (doc_id) JOIN codes AS c ON c.label = m.label AND c.concept_id = coalesce(m.concept_id, m.name)
JOIN assertions AS a USING (assertion) ORDER BY k.doc, m.mention
"""
_UNLISTED = "SELECT count(*) FROM mentions SEMI JOIN kept USING (doc_id) WHERE concept_id IS NULL AND label = 'POPULATION'"


