"""Measures which duplicates are found, and what is taken for one, on records as databases write them.

    python benchmarks/duplicates.py FILE... [--pairs 300] [--shown 20]

FILE is JSON lines with id, title, abstract and year, as abstracts of the reader's own; names of authors and journals are
invented for them. Of each kind of pair the second record is the first as another database has it, or another work that
looks like it. No record has an identifier, so that title, year, journal, authors and abstract decide alone. At the end all
records of the files are read as they are, without identifiers, and what was put together is printed to be judged by a
person. Where bib-dedupe is installed (a library for this, of the same field), it answers the same pairs in the same run.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import logging
import random
import re
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from allnlp.readers import mark_duplicates
from allnlp.schema import Document, document_text

JOURNALS = (
    ("Journal of clinical oncology : official journal of the American Society of Clinical Oncology", "J Clin Oncol"), ("Blood advances", "Blood Adv"),
    ("British journal of haematology", "Br J Haematol"), ("Bone marrow transplantation", "Bone Marrow Transplant"), ("Haematologica", "Haematologica"),
    ("The Lancet. Oncology", "Lancet Oncol"), ("Leukemia & lymphoma", "Leuk Lymphoma"), ("Transplantation and cellular therapy", "Transplant Cell Ther"),
    ("American journal of hematology", "Am J Hematol"), ("Blood", "Blood"),
)  # fmt: skip
FAMILIES = "Muster Beispiel Ejemplo Esempio Przyklad Rossi Tanaka Kowalska Garcia Okafor Lindqvist Moreau Novak Haddad Sharma Nguyen".split()
GIVEN = "Ada Bruno Chiara Dmitri Elena Farid Grace Hiro Ines Jonas Kim Lena Marco Nadia Olga Paul".split()
BRITISH = {
    "leukemi": "leukaemi", "hemato": "haemato", "anemi": "anaemi", "tumor": "tumour", "randomized": "randomised", "pediatric": "paediatric", "hemorrh": "haemorrh",
    "characteriz": "characteris", "utiliz": "utilis", "fetal": "foetal", "edema": "oedema", "center": "centre", "ischemi": "ischaemi", "estrogen": "oestrogen",
}  # fmt: skip
GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "λ": "lambda", "μ": "mu"}
CONVERSE = (("children", "adults"), ("adults", "children"), ("B-cell", "T-cell"), ("acute", "chronic"), ("allogeneic", "autologous"), ("male", "female"), ("positive", "negative"))
LABELS = ("BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS")


class Case(NamedTuple):
    """A kind of pair; ``other`` makes the second record of the first and of an unlike one, or None where it does not apply."""

    name: str
    is_same: bool
    other: Callable[[Document, Document], Document | None]


class Found(NamedTuple):
    """What a program put together: pairs that belong to one case's number, and pairs that do not."""

    pairs: int
    crossed: list[tuple[str, str]]


def changed(document: Document, **cells: Any) -> Document:
    """The document with other cells, its text after them."""
    new = document._replace(**cells)
    return new._replace(text=document_text(new.title, new.abstract))


def spelled(text: str, pairs: dict[str, str]) -> str:
    """A text with other spellings, capitals kept."""
    for one, other in pairs.items():
        text = text.replace(one, other).replace(one.capitalize(), other.capitalize())
    return text


def respelled(document: Document, pairs: dict[str, str]) -> Document | None:
    title = spelled(document.title, pairs)
    return None if title == document.title else changed(document, title=title, abstract=spelled(document.abstract, pairs))


def labelled(document: Document) -> Document:
    """The abstract with labels before its parts."""
    parts = re.split(r"(?<=\.) ", document.abstract)
    step = max(len(parts) // 4, 1)
    cut = [" ".join(parts[i * step : (i + 1) * step if i < 3 else None]) for i in range(4)]
    return changed(document, abstract=" ".join(f"{label}: {text}" for label, text in zip(LABELS, cut, strict=True) if text))


def subtitle_cut(document: Document) -> Document | None:
    main, colon, _ = document.title.partition(": ")
    return changed(document, title=main + ".") if colon and len(main) > 40 else None


def elsewhere(document: Document) -> Document:
    """Journal abbreviated, the year of the issue and not of its first appearance online, initials for names."""
    short = dict(JOURNALS)[document.journal or ""]
    return document._replace(journal=short, year=(document.year or 2000) + 1, authors=tuple(initials(name) for name in document.authors))


def initials(name: str) -> str:
    """
    >>> initials("Muster, Ada B")
    'Muster AB'
    """
    family, _, given = name.partition(", ")
    return f"{family} {''.join(word[0] for word in given.split())}"


def all_at_once(document: Document) -> Document:
    new = elsewhere(labelled(document))
    title = spelled(spelled(new.title, BRITISH), GREEK).rstrip(".")
    return changed(new, title=f"[{title}.]", abstract=spelled(new.abstract, BRITISH) + " © 2020 The Authors. Published by an Invented Society.")


def converse(document: Document) -> str | None:
    for one, other in CONVERSE:
        if re.search(rf"\b{one}\b", document.title):
            return re.sub(rf"\b{one}\b", other, document.title)
    return None


def with_title(document: Document, title: str | None, **cells: Any) -> Document | None:
    return None if title is None else changed(document, title=title, **cells)


def number_changed(document: Document) -> str | None:
    found = re.search(r"\d+", document.title)
    return None if found is None else f"{document.title[: found.start()]}{int(found[0]) + 1}{document.title[found.end() :]}"


def stem(document: Document) -> str:
    return document.title.rstrip(".")


CASES = (
    Case("British spelling in title and abstract", True, lambda a, _: respelled(a, BRITISH)),
    Case("title in brackets with a full stop", True, lambda a, _: changed(a, title=f"[{a.title.rstrip('.')}.]")),
    Case("title in capitals", True, lambda a, _: changed(a, title=a.title.upper())),
    Case("title begins with RETRACTED", True, lambda a, _: changed(a, title=f"RETRACTED: {a.title}")),
    Case("Greek letters spelled", True, lambda a, _: respelled(a, GREEK)),
    Case("subtitle cut, same abstract", True, lambda a, _: subtitle_cut(a)),
    Case("subtitle cut, no abstract", True, lambda a, _: None if (cut := subtitle_cut(a)) is None else changed(cut, abstract="")),
    Case("journal abbreviated, a year later, initials", True, lambda a, _: elsewhere(changed(a, title=stem(a)))),
    Case("labels in the abstract", True, lambda a, _: elsewhere(labelled(a))),
    Case("copyright line after the abstract", True, lambda a, _: changed(a, abstract=f"{a.abstract} © 2020 The Authors. Published by an Invented Society.")),
    Case("abstract cut off", True, lambda a, _: elsewhere(changed(a, abstract=a.abstract[:250] + "..."))),
    Case("no abstract", True, lambda a, _: elsewhere(changed(a, abstract=""))),
    Case("no abstract and no authors", True, lambda a, _: elsewhere(changed(a, abstract=""))._replace(authors=())),
    Case("no journal and no authors", True, lambda a, _: changed(a, title=f"{stem(a)}.", abstract=a.abstract[:-20])._replace(journal=None, authors=())),
    Case("most of these at once", True, lambda a, _: all_at_once(a)),
    Case("part 1 and part 2", False, lambda a, b: changed(a, title=f"{stem(a)}: part 2.", abstract=b.abstract)),
    Case("two-year and five-year follow-up, abstract alike", False, lambda a, _: changed(a, title=f"{stem(a)}: five-year follow-up.", year=(a.year or 2000) + 1)),
    Case("erratum", False, lambda a, _: changed(a, title=f"Erratum: {a.title}", abstract="")),
    Case("reply to a letter", False, lambda a, _: changed(a, title=f"{stem(a)}: authors' reply.", abstract="")),
    Case("protocol", False, lambda a, b: changed(a, title=f"{stem(a)}: study protocol.", abstract=b.abstract, year=(a.year or 2000) - 1)),
    Case("conference abstract and paper, another abstract", False, lambda a, b: changed(a, abstract=b.abstract, year=(a.year or 2000) - 1)),
    Case("same title, other first author", False, lambda a, b: changed(a, abstract=b.abstract)._replace(authors=(f"Anders, {GIVEN[0]}", *b.authors[1:]))),
    Case("same title, other journal, no abstract", False, lambda a, _: changed(a, abstract="", journal="The new England journal of medicine")),
    Case("another number in the title, abstract alike", False, lambda a, _: with_title(a, number_changed(a))),
    Case("the converse in the title, another abstract", False, lambda a, b: with_title(a, converse(a), abstract=b.abstract)),
    Case("the converse in the title, abstract alike", False, lambda a, _: with_title(a, converse(a))),
    Case("the converse in the title, no abstract", False, lambda a, _: with_title(a, converse(a), abstract="")),
)  # fmt: skip


def originals(paths: Sequence[Path]) -> Iterator[Document]:
    """Records of files with a journal and authors of their own, and without an identifier."""
    for path in paths:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                row = json.loads(line)
                r = random.Random(f"{path.name} {number}")
                names = tuple(f"{r.choice(FAMILIES)}, {r.choice(GIVEN)} {r.choice('ABC')}" for _ in range(r.randint(2, 7)))
                year = int(row["year"]) if row.get("year") else None
                found = Document(f"{path.stem}-{number}", title=row["title"], abstract=row["abstract"], journal=r.choice(JOURNALS)[0], year=year, authors=names)
                yield changed(found)


def pairs_of(case: Case, documents: Sequence[Document], most: int) -> list[tuple[Document, Document]]:
    """So many pairs of a kind; a follow-up and a part need a mark in the first title, too."""
    marks = {"part 1 and part 2": ": part 1.", "two-year and five-year follow-up, abstract alike": ": two-year follow-up."}
    found = []
    for one, unlike in zip(documents, [*documents[1:], documents[0]], strict=True):
        other = case.other(one, unlike)
        if other is not None and len(found) < most:
            first = changed(one, title=stem(one) + marks[case.name]) if case.name in marks else one
            place = len(found)
            found.append((first._replace(doc_id=f"a{place}"), other._replace(doc_id=f"b{place}")))
    return found


def ours(documents: Sequence[Document]) -> list[set[str]]:
    """Groups of our rules."""
    groups: dict[str, set[str]] = {}
    for given, row in zip(documents, mark_duplicates(documents), strict=True):
        if isinstance(row, Document) and row.duplicate_of is not None:
            groups.setdefault(row.duplicate_of, set()).update((row.duplicate_of, given.doc_id))
    return list(groups.values())


def bib_dedupe(documents: Sequence[Document]) -> list[set[str]]:
    """Groups of bib-dedupe."""
    import pandas as pd
    from bib_dedupe.bib_dedupe import block, cluster, match, prep

    rows = [
        {
            "ID": d.doc_id, "ENTRYTYPE": "article", "title": d.title, "abstract": d.abstract, "journal": d.journal or "", "year": str(d.year or ""),
            "author": " and ".join(d.authors), "volume": "", "number": "", "pages": "", "doi": "", "booktitle": "",
        }
        for d in documents
    ]  # fmt: skip
    frame = prep(pd.DataFrame(rows), verbosity_level=0, cpu=1)
    return [set(group) for group in cluster(match(block(frame, verbosity_level=0, cpu=1), verbosity_level=0, cpu=1), verbosity_level=0)]


def judged(groups: Sequence[set[str]]) -> Found:
    """How many of the pairs were put together, and what else was."""
    pairs, crossed = 0, []
    for group in groups:
        members = sorted(group)
        pairs += len(members) - len({name[1:] for name in members})
        first = members[0]
        crossed += [(first, name) for name in members if name[1:] != first[1:]]
    return Found(pairs, crossed)


def main() -> None:
    """Measure each kind of pair, then list what is put together of the records as they are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--shown", type=int, default=20)
    options = parser.parse_args()
    logging.disable(logging.INFO)
    warnings.simplefilter("ignore")
    documents = [d for d in originals(options.files[:1]) if d.abstract and len(d.title) > 50]
    programs = {"allnlp": ours, **({"bib-dedupe": bib_dedupe} if importlib.util.find_spec("bib_dedupe") else {})}
    print(f"| kind of pair | one work | pairs | {' | '.join(programs)} |\n|---|---|--:|{'--:|' * len(programs)}")
    seconds, misled = dict.fromkeys(programs, 0.0), dict.fromkeys(programs, 0)
    for case in CASES:
        pairs = pairs_of(case, documents, options.pairs)
        given = [a for a, _ in pairs] + [b for _, b in pairs]
        cells = []
        for name, program in programs.items():
            start = time.perf_counter()
            found = judged(program(given))
            seconds[name] += time.perf_counter() - start
            misled[name] += len(found.crossed)
            cells.append(f"{found.pairs} ({found.pairs / max(len(pairs), 1):.0%})")
            if name == "allnlp":
                titles = {d.doc_id: d.title for d in given}
                for one, other in found.crossed[:3]:
                    logging.warning("%s: crossed\n  %s\n  %s", case.name, titles[one], titles[other])
        print(f"| {case.name} | {'yes' if case.is_same else 'no'} | {len(pairs)} | {' | '.join(cells)} |")
    print("seconds", {k: round(v, 1) for k, v in seconds.items()}, "records of unlike pairs put together", misled)
    whole = {d.doc_id: d._replace(journal=None, authors=()) for d in originals(options.files)}
    start = time.perf_counter()
    groups = ours(list(whole.values()))
    print(f"{time.perf_counter() - start:.1f} s", end=" for ")
    print(f"{len(whole)} records as they are: {sum(len(g) - 1 for g in groups)} duplicates in {len(groups)} groups")
    for group in groups[: options.shown]:
        for name in sorted(group):
            print(" ", name, whole[name].year, whole[name].title, "|", whole[name].abstract[:60])
        print()


if __name__ == "__main__":
    main()
