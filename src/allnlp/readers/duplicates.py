"""Records that repeat another, and records that their source withdrew, told over all inputs of a run; nothing is removed.

A first pass over the records keeps a few numbers of each; `Repeats.decide` groups them, and in a second pass `Fates.settled`
gives every record its fate: a document, which has what its duplicates add; a duplicate, which names it; or a failure, where
it was withdrawn.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt

from allnlp.readers.merging import merged
from allnlp.readers.record import Deletion, Row, failure
from allnlp.readers.same_work import SHORTEST_TITLE, are_different, are_two_trials, is_same_work, plain_title
from allnlp.schema import Document, Failure

Hashes = npt.NDArray[np.uint64]
_NOT_WORDS = re.compile(r"[\W_]+")
_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_SHORTEST_TEXT = 40  # letters and digits of a record that is an abstract alone
_BLOCK = 30  # letters and digits at the beginning or the end of titles that are compared
_LARGEST_BLOCK = 2000  # records; what begins as so many titles do says too little


def mark_duplicates(rows: Iterable[Row]) -> Iterator[Document | Failure]:
    """The same records in the same order, in memory: each a document, a duplicate or, withdrawn, a failure; see `Repeats`."""
    kept = list(rows)
    repeats = Repeats()
    for row in kept:
        repeats.add(row)
    yield from repeats.decide(lambda: iter(kept)).settled(kept)


class Repeats:
    """Collects what tells the records of a run from one another.

    Records are the same when their PMID, DOI or PMCID is the same; when title and text, without case and marks, are; or when
    title, year and journal are alike (`is_same_work`). Records with different PMIDs never are, nor those that share a DOI but
    neither title nor abstract, as the abstracts of a supplement do. Of one PMID the state that was revised last stands, and a
    deletion takes away what stood before it. Registered trials with different numbers are two, whatever they say.

    Memory: 70 bytes a record, and the records that are compared or merged.
    """

    def __init__(self) -> None:
        self.pmid, self.doi, self.pmcid, self.text, self.start, self.end, self.name = (array("Q") for _ in range(7))
        self.revised, self.year = array("I"), array("i")
        self.deletions: list[Deletion] = []
        self.deleted_before = array("q")  # of each deletion, the number of documents before it

    def add(self, row: Row) -> None:
        """The next row; Failures are passed over."""
        if isinstance(row, Deletion):
            self.deletions.append(row)
            self.deleted_before.append(len(self.pmid))
        if not isinstance(row, Document):
            return
        title = _letters(plain_title(row.title))
        is_long = len(title) >= SHORTEST_TITLE
        self.pmid.append(int(row.pmid) if row.pmid else 0)
        self.doi.append(hash64(row.doi) if row.doi else 0)
        self.pmcid.append(hash64(row.pmcid) if row.pmcid else 0)
        self.text.append(hash64(key) if (key := text_key(row)) else 0)
        self.start.append(hash64(title[:_BLOCK]) if is_long else 0)
        self.end.append(hash64(title[-_BLOCK:]) if is_long else 0)
        self.name.append(hash64(row.doc_id))
        self.revised.append(int((row.revised or "0").replace("-", "").ljust(8, "0")[:8]))
        self.year.append(row.year or 0)

    def decide(self, again: Callable[[], Iterable[Row]]) -> Fates:
        """What becomes of every record.

        Args:
            again: gives all rows once more, in the same order.
        """
        deleted = self._deleted()
        keys = {name: np.array(getattr(self, name), dtype=np.uint64) for name in ("pmid", "doi", "pmcid", "text", "start", "end")}
        for values in keys.values():
            values[list(deleted)] = 0
        groups = Groups(self.pmid, self.doi)
        for reason in ("pmid", "pmcid"):
            for run in runs(keys[reason]):
                groups.unite_all(run, reason)
        open_runs = [(reason, run) for reason in ("doi", "text") for run in runs(keys[reason]) if any(not groups.are_one(run[0], i) for i in run)]
        near = self._near(keys, groups)
        wanted = {i for _, run in open_runs for i in run} | {i for pair in near for i in pair} | self._merging(groups)
        seen = dict(_chosen(again(), wanted))
        for reason, run in open_runs:
            groups.unite_all(run, reason, partial(_is_one, are_different if reason == "doi" else are_two_trials, seen))
        for i, j in near:
            if not groups.are_one(i, j) and groups.may_be_one(i, j) and is_same_work(seen[i], seen[j]):
                groups.unite(i, j, "title")
        return Fates(self, groups, deleted, seen)

    def _deleted(self) -> dict[int, Deletion]:
        """Documents that a later deletion means, by their places."""
        if not self.deletions:
            return {}
        last = {int(d.pmid): (before, d) for d, before in zip(self.deletions, self.deleted_before, strict=True)}
        places = np.flatnonzero(np.isin(np.array(self.pmid, dtype=np.uint64), np.array(list(last), dtype=np.uint64)))
        return {int(i): last[self.pmid[i]][1] for i in places if i < last[self.pmid[i]][0]}

    def _near(self, keys: Mapping[str, Hashes], groups: Groups) -> list[tuple[int, int]]:
        """Pairs whose titles begin or end alike, in order; of two PMIDs there is nothing to ask."""
        pairs: set[tuple[int, int]] = set()
        for end in ("start", "end"):
            for run in runs(keys[end]):
                if len(run) > _LARGEST_BLOCK:
                    continue
                for i in (place for place in run if not self.pmid[place]):
                    pairs.update(
                        (min(i, j), max(i, j))
                        for j in run
                        if i != j and (not self.year[i] or not self.year[j] or abs(self.year[i] - self.year[j]) <= 1) and not groups.are_one(i, j)
                    )
        return sorted(pairs)

    def _merging(self, groups: Groups) -> set[int]:
        """Documents of the groups whose members may add to each other: not where one is an older state of the other in PubMed."""
        return {i for members in groups.all() if not self.is_replaced(members) for i in members}

    def is_replaced(self, members: list[int]) -> bool:
        """Whether documents are states of one PubMed record, of which the newest is the whole truth."""
        return bool(self.pmid[members[0]]) and all(self.pmid[i] == self.pmid[members[0]] and self.revised[i] for i in members)

    def survivor(self, members: list[int]) -> int:
        """The document that stands for a group: its PMID's newest state, of equally new ones that differ the last; else the first."""
        dated = [i for i in members if self.pmid[i] and self.revised[i]]
        if not dated:
            return members[0]
        newest = [i for i in dated if self.revised[i] == max(self.revised[j] for j in dated)]
        return newest[0] if all(self.text[i] == self.text[newest[0]] for i in newest) else newest[-1]


class Groups:
    """Documents, by their places, that are the same work; two different PMIDs are never in one group."""

    def __init__(self, pmid: array[int], doi: array[int]) -> None:
        self._pmid, self._doi = pmid, doi
        self._parent: dict[int, int] = {}
        self._pmids: dict[int, int] = {}
        self._dois: dict[int, set[int]] = {}
        self.reason: dict[int, str] = {}  # of each that is not the first of its group

    def first(self, i: int) -> int:
        """The first document of the group."""
        while (parent := self._parent.get(i, i)) != i:
            self._parent[i] = self._parent.get(parent, parent)
            i = parent
        return i

    def are_one(self, i: int, j: int) -> bool:
        """Whether both are in one group."""
        return self.first(i) == self.first(j)

    def may_be_one(self, i: int, j: int) -> bool:
        """Whether no DOI of the one group speaks against the other."""
        a, b = (self._dois_of(self.first(place)) for place in (i, j))
        return not a or not b or bool(a & b)

    def unite(self, i: int, j: int, reason: str) -> bool:
        """Make two groups one, where their PMIDs allow it."""
        a, b = sorted((self.first(i), self.first(j)))
        pmids = [self._pmids.get(root, self._pmid[root]) for root in (a, b)]
        if a == b or (all(pmids) and pmids[0] != pmids[1]):
            return a == b
        self._dois[a] = self._dois_of(a) | self._dois_of(b)
        self._pmids[a] = pmids[0] or pmids[1]
        self._parent[b] = a
        self._parent.setdefault(a, a)
        self.reason[b] = reason
        return True

    def unite_all(self, run: list[int], reason: str, is_one: Callable[[int, int], bool] = lambda i, j: True) -> None:
        """Put each of the places into the group of the first before it that it may be one with."""
        firsts: list[int] = []
        for i in run:
            if not any((self.are_one(first, i) or is_one(first, i)) and self.unite(first, i, reason) for first in firsts):
                firsts.append(i)

    def _dois_of(self, root: int) -> set[int]:
        return self._dois.get(root) or ({self._doi[root]} if self._doi[root] else set())

    def all(self) -> Iterator[list[int]]:
        """The groups of more than one, each in order."""
        found: dict[int, list[int]] = {}
        for i in sorted(self._parent):
            found.setdefault(self.first(i), []).append(i)
        yield from (members for members in found.values() if len(members) > 1)


class Fates:
    """What becomes of every record of a run."""

    def __init__(self, repeats: Repeats, groups: Groups, deleted: Mapping[int, Deletion], seen: Mapping[int, Document]) -> None:
        self._deleted = deleted
        self._survivor: dict[int, int] = {}
        self._reason: dict[int, str] = {}
        self._merged: dict[int, Document] = {}
        self._abstract_of: dict[int, tuple[int, str]] = {}
        self._pmid = repeats.pmid
        bases = np.array(repeats.name, dtype=np.uint64)
        for members in groups.all():
            first = repeats.survivor(members)
            others = [i for i in members if i != first]
            self._survivor.update(dict.fromkeys(others, first))
            self._reason.update({i: groups.reason.get(i, "pmid") for i in others})
            if not repeats.is_replaced(members):
                self._merged[first], place = merged(seen[first], [seen[i] for i in others])
                bases[first] = hash64(self._merged[first].doc_id)
                if place is not None:
                    self._abstract_of[first] = (others[place], seen[others[place]].doc_id)
        self._firsts = frozenset(self._survivor.values())
        is_standing = np.ones(len(bases), dtype=bool)
        is_standing[[*self._survivor, *deleted]] = False
        self._standing = np.sort(bases[is_standing])
        self._names: dict[int, str] = {}
        self._given: set[int] = set()
        self._contested = frozenset(int(h) for h in np.unique(bases[_is_repeated(bases)]))

    def settled(self, rows: Iterable[Row], as_read: dict[int, Document] | None = None) -> Iterator[Document | Failure]:
        """Every record with its fate, in order; rows of Deletions give none.

        Args:
            rows: all rows once more, in the same order.
            as_read: is given, by their places from 0 among the documents that come out, those that are not as they were read
                (but for the marks of a duplicate).
        """
        self._names, self._given = {}, set()
        place, count = -1, 0
        for row in rows:
            if isinstance(row, Failure):
                yield row
            elif isinstance(row, Document):
                place += 1
                found = self._settle(place, row)
                if isinstance(found, Document):
                    if as_read is not None and found._replace(duplicate_of=None, duplicate_by=None) != row:
                        as_read[count] = row
                    count += 1
                yield found

    def _settle(self, place: int, row: Document) -> Document | Failure:
        if place in self._deleted:
            file = self._deleted[place].source_file
            error = f"the source withdrew PMID {row.pmid} (DeleteCitation in {file}); the record is not annotated"
            return failure(row.source_file, row.source_record, error, row.pmid)._replace(step="delete")
        first = self._survivor.get(place)
        if first is not None:
            doc_id = self._name(place, row.doc_id)
            base = self._merged[first].doc_id if first in self._merged else str(self._pmid[first])
            return row._replace(doc_id=doc_id, duplicate_of=self._name(first, base), duplicate_by=self._reason[place])
        found = self._merged.get(place, row)
        doc_id = self._name(place, found.doc_id)
        source = self._abstract_of.get(place)
        if source is not None:
            found = found._replace(abstract_from=self._name(*source))
        return found if doc_id == found.doc_id else found._replace(doc_id=doc_id)

    def _name(self, place: int, base: str) -> str:
        """The doc_id of a document, unique in the run: a document's goes before that of a duplicate."""
        if place in self._names:
            return self._names[place]
        is_member = place in self._survivor or place in self._firsts
        name = base
        if hash64(base) in self._contested or is_member:
            is_taken = place in self._survivor and self._stands(base)
            number = 1
            while is_taken or hash64(name) in self._given:
                number += 1
                name = f"{base}#{number}"
                is_taken = self._stands(name)
            self._given.add(hash64(name))
        if is_member:
            self._names[place] = name
        return name

    def _stands(self, name: str) -> bool:
        """Whether a document that is no duplicate has this name of itself."""
        value = np.uint64(hash64(name))
        place = int(np.searchsorted(self._standing, value))
        return place < len(self._standing) and self._standing[place] == value


def _is_one(are_two: Callable[[Document, Document], bool], seen: Mapping[int, Document], i: int, j: int) -> bool:
    return not are_two(seen[i], seen[j])


def _chosen(rows: Iterable[Row], places: set[int]) -> Iterator[tuple[int, Document]]:
    """Documents at places, with their places; the rows are not read where there are none."""
    if not places:
        return
    place, last = -1, max(places)
    for row in rows:
        if isinstance(row, Document):
            place += 1
            if place in places:
                yield place, row
            if place == last:
                return


def runs(values: Hashes) -> Iterator[list[int]]:
    """Places of equal values that are not 0, each run in order.

    >>> list(runs(np.array([7, 0, 5, 7, 0], dtype=np.uint64)))
    [[0, 3]]
    """
    order = np.argsort(values, kind="stable")
    found = values[order]
    cuts = np.flatnonzero(found[1:] != found[:-1]) + 1
    starts, ends = np.append(0, cuts), np.append(cuts, len(found))
    for k in np.flatnonzero(ends - starts > 1):
        if found[starts[k]]:
            yield order[starts[k] : ends[k]].tolist()


def _is_repeated(values: Hashes) -> npt.NDArray[np.bool_]:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return counts[inverse] > 1 if len(values) else np.zeros(0, dtype=bool)


def text_key(document: Document) -> str:
    r"""Letters and digits of title and text that tell a record; empty where there are too few.

    >>> text_key(Document("1", title="Cells.", abstract="In blood", text="Cells.\nIn blood")), text_key(Document("1", text="Cells"))
    ('cellsinblood', '')
    """
    text = _letters(document.text.casefold())
    return text if document.abstract and (document.title or len(text) >= _SHORTEST_TEXT) else ""


def _letters(text: str) -> str:
    """Its letters and digits; the signs of ASCII go at once, for there are many."""
    plain = text.encode(errors="surrogatepass").translate(None, _SIGNS).decode(errors="surrogatepass")
    return plain if plain.isascii() else _NOT_WORDS.sub("", plain)


def hash64(text: str) -> int:
    """Hash that is the same in every run; 64 bits.

    >>> hash64("a")
    4681665781835383343
    """
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")
