"""Linking of names that a vocabulary lacks: precision and recall by threshold, "no concept" where it was taken away, and speed.

    python benchmarks/accuracy/linking.py own
    python benchmarks/accuracy/linking.py mentions BC5CDR.PubTator.gz NCBI.PubTator.gz BioRED.PubTator.gz --mesh mesh.tsv [--errors N]
    python benchmarks/accuracy/linking.py speed [--names 500000]
    python benchmarks/accuracy/linking.py import [--names 500000]

``own`` hides a fifth of the names of the shipped vocabulary, and all names of a further fifth of its concepts. ``mentions`` takes the
surfaces of corpora in PubTator format with MeSH identifiers, and MeSH names (identifier, name, further names parted by ``|``, tree numbers) without
a fifth of the concepts; surfaces that the rules would find by themselves are left out. The threshold is chosen on the first half of the
documents and told on the second.
"""

from __future__ import annotations

import argparse
import gzip
import resource
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from allnlp.linking import LinkIndex, build_index, calibrate, link
from allnlp.terminology import Term, load
from allnlp.terminology.imports import import_terms
from allnlp.text.fold import fold, variants

SHARES = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
SPELLINGS = load().spellings
KINDS = {
    "Chemical": "Chemical", "ChemicalEntity": "Chemical", "Disease": "Disease", "DiseaseOrPhenotypicFeature": "Disease",
    "SpecificDisease": "Disease", "DiseaseClass": "Disease", "Modifier": "Disease",
}  # fmt: skip


class Case(NamedTuple):
    """A text, its label, the concept it means (None: none that the index has), and the half it is in."""

    text: str
    label: str
    concept: str | None
    half: int


def part(text: str, n: int) -> int:
    """One of n parts, always the same."""
    return zlib.crc32(text.encode()) % n


def forms(names: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Label and folded form of everything that the rules would find."""
    return {(label, fold(form).strip()) for text, label in names for form in variants(text, SPELLINGS, exact=False)}


def own() -> tuple[list[tuple[str, str, str]], list[Case]]:
    """Names that are left, and cases, of the shipped vocabulary."""
    terms: list[tuple[str, Term]] = [(label, t) for _, _, label, t in load().terms]
    taken = {t.curie for _, t in terms if part(t.curie, 5) == 0}
    left = [(t.text, t.curie, label) for label, t in terms if t.curie not in taken and part(t.text, 5)]
    known, found = {c for _, c, _ in left}, forms((text, label) for text, _, label in left)
    cases = [
        Case(t.text, label, None if t.curie in taken else t.curie, part(t.curie, 2))
        for label, t in terms
        if (t.curie in taken or t.curie in known) and part(t.text, 5) == 0 and (label, fold(t.text).strip()) not in found
    ]
    return left, cases


def mesh(paths: Sequence[Path]) -> Iterator[tuple[str, str, str]]:
    """Text, identifier and label of MeSH names; a supplementary concept is a chemical unless its heading is a disease."""
    diseases: set[str] = set()
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            identifier, name, synonyms, *more = line.split("\t")
            places = more[0].split("|") if more else []
            if identifier.startswith("D"):
                labels = {"Disease" for p in places if p[:1] in "CF"} | {"Chemical" for p in places if p[:1] == "D"}
                diseases |= {identifier} if "Disease" in labels else set()
            else:
                labels = {"Disease" if any(p in diseases for p in places) else "Chemical"}
            for text in dict.fromkeys([name, *synonyms.split("|")]):
                for label in sorted(labels) if text else ():
                    yield text, identifier, label


def mentions(corpora: Sequence[Path], names: Sequence[Path]) -> tuple[list[tuple[str, str, str]], list[Case]]:
    """Names that are left, and cases: distinct surfaces of the corpora that the rules would not find."""
    left = [row for row in mesh(names) if part(row[1], 5)]
    known, found = {(c, label) for _, c, label in left}, forms((text, label) for text, _, label in left)
    cases: dict[tuple[str, str], Case] = {}
    doubtful: set[tuple[str, str]] = set()
    for path in corpora:
        for document, text, kind, identifier in marks(path):
            label = KINDS.get(kind, "")
            key = (label, fold(text).strip())
            concept = identifier if (identifier, label) in known else None
            if label and key not in found and cases.setdefault(key, Case(text, label, concept, part(document, 2))).concept != concept:
                doubtful.add(key)
    return left, [c for key, c in cases.items() if key not in doubtful]


def marks(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Document, text, type and identifier of the marks of one concept."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            cells = line.rstrip("\n").split("\t")
            if len(cells) > 5 and not any(sign in cells[5] for sign in "|+,;"):
                yield cells[0], cells[3], cells[4], cells[5].removeprefix("MESH:")


def score(index: LinkIndex, cases: Sequence[Case], threshold: float) -> tuple[int, int, int, int, int]:
    """Right and all links, cases that have a concept, cases that have none, and those of them that got none."""
    right = links = false = 0
    for label in sorted({c.label for c in cases}):
        of_label = [c for c in cases if c.label == label]
        for case, found in zip(of_label, link(index, [c.text for c in of_label], label=label, threshold=threshold), strict=True):
            links += found is not None
            right += found is not None and found.concept_id == case.concept
            false += found is not None and case.concept is None
    without = sum(c.concept is None for c in cases)
    return right, links, len(cases) - without, without, without - false


def report(names: Sequence[tuple[str, str, str]], cases: Sequence[Case], errors: int) -> None:
    began = time.perf_counter()
    index = build_index(names)
    print(f"{len(names):,} names indexed in {time.perf_counter() - began:.1f} s; {len(cases):,} cases")
    first = [c for c in cases if c.half == 0]
    second = [c for c in cases if c.half == 1]
    for label in sorted({c.label for c in first}):
        held_out = [(c.text, c.concept) for c in first if c.label == label]
        print(f"{label}: {len(held_out)} cases of the first half, precision .95 from {calibrate(index, held_out, label=label):.4g}")
    print("| threshold | precision, first half | precision | recall | links | no concept where none is right |\n|---|---|---|---|---|---|")
    for threshold in SHARES:
        right, links, with_concept, without, none = score(index, second, threshold)
        seen, all_links, *_ = score(index, first, threshold)
        print(
            f"| {threshold:.4g} | {seen / max(all_links, 1):.3f} ({seen} of {all_links}) "
            f"| {right / max(links, 1):.3f} | {right / max(with_concept, 1):.3f} | {links} "
            f"| {none / max(without, 1):.3f} ({none} of {without}) |"
        )
    shown = 0
    for case in first:
        (found,) = link(index, [case.text], label=case.label, threshold=SHARES[0])
        if found and found.concept_id != case.concept and shown < errors:
            shown += 1
            print(f"{case.label}\t{case.text}\t{case.concept}\t-> {found.name} {found.concept_id} {found.score}")


def invented(n: int) -> Iterator[str]:
    """So many names, always the same."""
    parts = [c + v + e for c in "b br c d f g l m n p r s t tr v".split() for v in "aeiou" for e in ("", "l", "n", "r", "s")]
    kinds = "fever ague palsy tumour anaemia deficiency dystrophy carcinoma lymphoma neuropathy".split()
    for i in range(n):
        a, b, c = (parts[zlib.crc32(f"{i} {k}".encode()) % len(parts)] for k in range(3))
        yield f"{a}{b}{c}osis {kinds[i % 10]} type {i % 97}"


def peak() -> str:
    return f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB"


def speed(n: int) -> None:
    """Seconds, memory and texts a second for a vocabulary of so many names."""
    names = [(text, f"x:{i // 4}", "DISEASE") for i, text in enumerate(invented(n))]
    began = time.perf_counter()
    index = build_index(names)
    print(f"{n:,} names indexed in {time.perf_counter() - began:.1f} s, {peak()}")
    texts = [text.replace("osis ", "osys ") for text, _, _ in names[:: max(1, n // 2000)]]
    began = time.perf_counter()
    found = link(index, texts, label="DISEASE")
    seconds = time.perf_counter() - began
    print(f"{len(texts) / seconds:,.0f} texts a second, {sum(f is not None for f in found)} of {len(texts)} linked")


def import_speed(n: int) -> None:
    """Seconds and memory of the import of an OBO file of so many names, four a concept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "invented.obo"
        with path.open("w", encoding="utf-8") as out:
            out.write("format-version: 1.4\n")
            for i, text in enumerate(invented(n)):
                out.write(f'synonym: "{text}" EXACT []\n' if i % 4 else f"\n[Term]\nid: X:{i:07}\nname: {text}\n")
        began = time.perf_counter()
        _, choice = import_terms(path, Path(folder) / "out.csv", label="DISEASE")
        print(f"{choice.names_read:,} names read, {len(choice.terms):,} written in {time.perf_counter() - began:.1f} s, {peak()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("own", "mentions", "speed", "import"))
    parser.add_argument("corpora", type=Path, nargs="*")
    parser.add_argument("--mesh", type=Path, action="append", default=[])
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--names", type=int, default=500_000)
    options = parser.parse_args()
    if options.what == "speed":
        speed(options.names)
    elif options.what == "import":
        import_speed(options.names)
    elif options.what == "own":
        report(*own(), options.errors)
    else:
        report(*mentions(options.corpora, options.mesh), options.errors)


if __name__ == "__main__":
    main()
