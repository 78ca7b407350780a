"""Peers that PyPI has, beside allnlp, on the same data; writes a page of Markdown.

    python benchmarks/accuracy/peers.py --negex negex.tsv --bioscope bioscope.csv --ab3p ab3p.txt --gold FOLDER [--names names.tsv]
        [--python PEER=INTERPRETER ...] [--output docs/peers.md]

Each peer runs in a process of its own (`peer_runners.py`, which says what each is asked), with the interpreter that --python
gives it, by default this one; a peer that cannot be imported there stands in the tables as not installed. Tasks whose data
are not given are left out.

FOLDER has texts.jsonl and gold.jsonl, as docs/evaluation.md says. --names is a table with the columns concept_type,
preferred_name and synonyms (joined by |), which PhraseMatcher gets in addition to the vocabulary of allnlp.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from abbreviations import normal, records

from allnlp.evaluation import CARD, Mark, Score, overlap_pairs, score
from allnlp.schema import LABELS, document_text
from allnlp.terminology import load
from allnlp.text.fold import variants

# options that name data, with names that may stand for them in a page
DATA = MappingProxyType({"negex": "negex.tsv", "bioscope": "bioscope.csv", "ab3p": "ab3p.txt", "gold": "gold/", "names": "names.tsv"})
SHOWN = (*CARD, "DISEASE", "OUTCOME")
SHORT = 5  # a name of fewer characters must show its own capitals, as in a user's own table of terms
LONG = 6  # a name of more words keeps its dashes and blanks: the forms double with each word


class Peer(NamedTuple):
    """A program to compare with: its key on the command line, its name, what pip installs, the tasks it can do."""

    key: str
    title: str
    packages: str
    tasks: tuple[str, ...]
    setting: str


PEERS = (
    Peer("allnlp", "allnlp", "--editable .", ("negex", "bioscope", "ab3p", "gold"), "as it is; mentions by `annotate_text`; a sentence is negated where a cue negates or says no to a change or an effect"),
    Peer(
        "negspacy",
        "negspacy",
        "negspacy",
        ("negex", "bioscope"),
        "spaCy's blank English and sentencizer, two of its own lists of cues; a sentence is negated where a preceding or following cue"
        " stands that no pseudo-negation covers",
    ),
    Peer(
        "medspacy",
        "medspaCy ConText",
        '"spacy<3.8" medspacy',
        ("negex", "bioscope"),
        "its own tokenizer, sentences (PyRuSH) and default rules; a sentence is negated where a modifier NEGATED_EXISTENCE stands that"
        " does not merely end a scope",
    ),
    Peer("scispacy", "scispaCy AbbreviationDetector", '"numpy<2" scispacy', ("ab3p",), "spaCy's blank English, with either tokenizer"),
    Peer(
        "spacy",
        "spaCy PhraseMatcher",
        "spacy",
        ("gold",),
        "spaCy's blank English; the terms of allnlp's tables (all labels), LOWER or, where a row wants its capitals, ORTH; of overlapping"
        " matches the longest, else the label that allnlp puts first. *Written out*: with the plurals and spellings that allnlp derives,"
        " and a dash or a blank between any two words, since a row stands for all of these",
    ),
)


class Task(NamedTuple):
    """Inputs of a task as the peers get them, and the rows of its table for their answers."""

    heading: str
    note: str
    columns: tuple[str, ...]
    inputs: list[Any]
    rows: Callable[[list[Any]], list[tuple[str, ...]]]


def negex(path: Path) -> Task:
    given: list[tuple[str, int, int]] = []
    gold, absent = [], []
    with path.open(encoding="utf-8", errors="replace") as stream:
        for row in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            if len(row) < 4 or row[3] not in ("Negated", "Affirmed", "Possible"):
                continue
            start = row[2].lower().find(row[1].lower())
            if start < 0:
                absent.append(row[3] == "Negated")
            else:
                given.append((row[2], start, start + len(row[1])))
                gold.append(row[3] == "Negated")

    def rows(said: list[Any]) -> list[tuple[str, ...]]:
        return [cells(flags([*gold, *absent], [*said, *[False] * len(absent)]))]

    note = (
        f"{len(gold) + len(absent)} concepts of the NegEx test set, each with its sentence. {len(absent)} do not stand in their sentence and count"
        " as not negated for every peer."
    )
    return Task("Negation of a given concept", note, COUNTED, given, rows)


def bioscope(path: Path) -> Task:
    with path.open(encoding="utf-8") as stream:
        found = [(row["sentence"], row["target"] == "1") for row in csv.DictReader(stream)]
    gold = [target for _, target in found]
    note = f"{len(found)} sentences of BioScope's abstracts. No entity is given; what counts is whether the peer keeps a cue of negation."
    return Task("Sentences with a negation", note, COUNTED, [sentence for sentence, _ in found], lambda said: [cells(flags(gold, said))])


def ab3p(path: Path) -> Task:
    texts, gold = zip(*records(path), strict=True)

    def rows(said: list[Any]) -> list[tuple[str, ...]]:
        found = [{(normal(short), normal(long)) for short, long in pairs} for pairs in said]
        matched = sum(len(g & f) for g, f in zip(gold, found, strict=True))
        return [cells(score(matched, sum(map(len, gold)), sum(map(len, found))))]

    note = f"{len(texts)} records of Ab3P; pairs of short and long form, exact but for case and blanks."
    return Task("Abbreviations with their long form", note, COUNTED, list(texts), rows)


def mentions(folder: Path) -> Task:
    given: list[tuple[str, int]] = []
    gold: list[list[Mark]] = []
    texts = {row["id"]: (row.get("title") or "", row.get("abstract") or "") for row in json_lines(folder / "texts.jsonl")}
    for row in json_lines(folder / "gold.jsonl"):
        title, abstract = texts[row["id"]]
        given.append((document_text(title, abstract), len(title) if abstract else 0))
        gold.append([gold_mark(m, title, abstract) for m in row["mentions"]])

    def rows(said: list[Any]) -> list[tuple[str, ...]]:
        found = [[Mark(label, start, end, "", "", "") for label, start, end in marks if label in LABELS] for marks in said]
        return [("strict", *labels(gold, found, strict)), ("overlap", *labels(gold, found, overlap))]

    note = (
        f"{len(given)} abstracts annotated by hand. P, R and F of therapies, antigens, populations and toxicities together, then F of each"
        " label, then of all six. Strict: same label and offsets; overlap: same label, any shared character, one to one. Where vocabulary and"
        " rules of allnlp were tuned on these abstracts ([accuracy.md](accuracy.md)), the numbers are upper bounds, also those of PhraseMatcher,"
        " which is given that vocabulary."
    )
    columns = ("match", "P", "R", "F", *(label.lower() for label in SHOWN), "all six")
    return Task("Mentions", note, columns, given, rows)


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        yield from (json.loads(line) for line in stream if line.strip())


def gold_mark(mention: Mapping[str, Any], title: str, abstract: str) -> Mark:
    """A mention of gold with its offsets in the whole text; its surface is counted with overlaps."""
    is_title, surface = mention["field"] == "title", mention["surface"]
    places = [m.start() for m in re.finditer(f"(?={re.escape(surface)})", title if is_title else abstract)]
    start = places[int(mention.get("nth", 1)) - 1] + (0 if is_title or not title else len(title) + 1)
    return Mark(mention["label"], start, start + len(surface), surface, "", "")


def strict(gold: Sequence[Mark], found: Sequence[Mark]) -> list[str]:
    return [label for label, _, _ in {g[:3] for g in gold} & {f[:3] for f in found}]


def overlap(gold: Sequence[Mark], found: Sequence[Mark]) -> list[str]:
    return [gold[i].label for i, _ in overlap_pairs(gold, found)]


def labels(gold: Sequence[Sequence[Mark]], found: Sequence[Sequence[Mark]], match: Callable[..., list[str]]) -> tuple[str, ...]:
    matched = [label for g, f in zip(gold, found, strict=True) for label in match(g, f)]

    def of(*names: str) -> Score:
        counts = [sum(label in names for label in all_labels) for all_labels in (matched, names_of(gold), names_of(found))]
        return score(*counts)

    card = of(*CARD)
    numbers = [card.precision, card.recall, card.f, *(of(label).f for label in SHOWN), of(*LABELS).f]
    return tuple(f"{number:.2f}" for number in numbers)


def names_of(documents: Sequence[Sequence[Mark]]) -> list[str]:
    return [label for marks in documents for label, _, _ in sorted({m[:3] for m in marks})]


def flags(gold: Sequence[bool], said: Sequence[bool]) -> Score:
    return score(sum(g and s for g, s in zip(gold, said, strict=True)), sum(gold), sum(said))


COUNTED = ("P", "R", "F", "gold", "found")


def cells(found: Score) -> tuple[str, ...]:
    return (*(f"{number:.2f}" for number in found[:3]), str(found.gold), str(found.found))


def terms(names: Path | None) -> dict[str, list[tuple[str, str, bool]]]:
    """What PhraseMatcher is given: text, label, whether capitals count; labels that settle ties come first."""
    terminology = load()
    rank = {row.label: int(row.precedence) for row in terminology.labels}
    rows = [(term.text, label, term.case == "exact") for _, _, label, term in terminology.terms]
    written = [
        (form, label, exact)
        for text, label, exact in rows
        for variant in variants(text, terminology.spellings, exact=exact)
        for form in (variant, *dashes(variant))
    ]
    given = {"allnlp's rows as they stand": rows, "allnlp's rows written out": [*rows, *written]}
    if names:
        with names.open(encoding="utf-8") as stream:
            listed = [
                (name, row["concept_type"].upper(), len(name) < SHORT)
                for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
                for name in (row["preferred_name"], *row["synonyms"].split("|"))
                if name
            ]
        given["that and the names of a reference list"] = [*rows, *written, *listed]
    return {variant: sorted(set(found), key=lambda t: (rank[t[1]], t)) for variant, found in given.items()}


def dashes(name: str) -> list[str]:
    """A name with a dash or a blank between any two of its words."""
    first, *rest = re.split("[ -]", name)
    if len(rest) >= LONG:
        return [name]
    forms = [first]
    for word in rest:
        forms = [form + sign + word for form in forms for sign in " -"]
    return forms


def ask(peer: Peer, interpreter: str, work: Mapping[str, Any]) -> dict[str, Any]:
    """What a peer found, from a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "work.json", Path(folder) / "found.json"
        source.write_text(json.dumps(work), encoding="utf-8")
        command = [interpreter, str(Path(__file__).with_name("peer_runners.py")), peer.key, str(source), str(target)]
        ran = subprocess.run(command, check=False, capture_output=True, text=True)
        if ran.returncode or not target.exists():
            sys.exit(f"{peer.title} failed with {interpreter}:\n{ran.stderr[-4000:]}")
        outcome: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    if "missing" in outcome:
        print(f"{peer.title}: cannot be imported by {interpreter}: {outcome['missing']}", file=sys.stderr)
    return outcome


def page(tasks: Mapping[str, Task], outcomes: Mapping[str, dict[str, Any]], commands: Sequence[str]) -> str:
    out = [
        "# Peers",
        "",
        *paragraph(
            "What programs from PyPI find in the texts that allnlp is measured on, none of them tuned. Written by `benchmarks/accuracy/peers.py`,"
            " in one run; none of the texts is in this repository. Where the developers of allnlp could read a set while they wrote its rules,"
            " allnlp has an advantage that the peers have not."
        ),
        *table(("peer", "version", "setting"), [(p.title, version(p, outcomes[p.key]), p.setting) for p in PEERS if p.key in outcomes]),
    ]
    for name, task in tasks.items():
        rows: list[tuple[str, ...]] = []
        for peer in PEERS:
            if name not in peer.tasks:
                continue
            found = outcomes[peer.key].get("found", {}).get(name)
            if found is None:
                rows.append((f"{peer.title}: {absence(peer)}", *[""] * len(task.columns)))
                continue
            for variant, said in found.items():
                title = f"{peer.title}, {variant}" if variant else peer.title
                rows += [(title, *row) for row in task.rows(said)]
        out += [f"## {task.heading}", "", *paragraph(task.note), *table(("peer", *task.columns), rows)]
    return "\n".join([*out, "## Commands", "", "```text", *commands, "```", ""])


def paragraph(text: str) -> list[str]:
    return [*textwrap.wrap(text, 150, break_long_words=False, break_on_hyphens=False), ""]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table and an empty one; columns of numbers are set right."""
    rule = ["--:" if all(re.fullmatch(r"[\d.]*", row[i]) for row in rows) else "---" for i in range(len(header))]
    return [f"| {' | '.join(header)} |", f"|{'|'.join(rule)}|", *(f"| {' | '.join(row)} |" for row in rows), ""]


def absence(peer: Peer) -> str:
    return f"not installed, `pip install {peer.packages}`"


def version(peer: Peer, outcome: Mapping[str, Any]) -> str:
    if "missing" in outcome:
        return absence(peer)
    told = ", ".join(f"{name} {number}" for name, number in outcome["versions"].items())
    return f"{told}, vocabulary {load().version}" if peer.key == "allnlp" else told


def commands_of(options: argparse.Namespace, interpreters: Mapping[str, str]) -> list[str]:
    """The command lines of this run with names that stand for its files and environments."""
    of_interpreter: dict[str, list[Peer]] = {}
    for peer in PEERS:
        if peer.key in interpreters:
            of_interpreter.setdefault(interpreters[peer.key], []).append(peer)
    words = [f"--{name} {place}" for name, place in DATA.items() if getattr(options, name)]
    lines = []
    for peers in of_interpreter.values():
        place = "env-" + "-".join(p.key for p in peers)
        lines.append(f"python -m venv {place} && {place}/bin/pip install {' '.join(p.packages for p in peers)}")
        words += [f"--python {p.key}={place}/bin/python" for p in peers]
    return [*lines, "python benchmarks/accuracy/peers.py \\", *(f"    {word} \\" for word in words), "    --output docs/peers.md"]


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in DATA:
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--python", action="append", default=[], metavar="PEER=INTERPRETER", help=", ".join(p.key for p in PEERS))
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    interpreters = dict(given.partition("=")[::2] for given in options.python)
    for key, interpreter in interpreters.items():
        if key not in [p.key for p in PEERS] or not shutil.which(interpreter):
            parser.error(f"--python {key}={interpreter}: give one of {', '.join(p.key for p in PEERS)}, and an interpreter that is there")
    makers = {"negex": negex, "bioscope": bioscope, "ab3p": ab3p, "gold": mentions}
    tasks = {name: make(path) for name, make in makers.items() if (path := getattr(options, name))}
    if not tasks:
        parser.error("give at least one of --negex, --bioscope, --ab3p, --gold")
    work = {**{name: tasks[name].inputs if name in tasks else [] for name in makers}, "terms": terms(options.names)}
    outcomes = {p.key: ask(p, interpreters.get(p.key, sys.executable), work) for p in PEERS if set(p.tasks) & tasks.keys()}
    written = page(tasks, outcomes, commands_of(options, interpreters))
    if options.output:
        options.output.write_text(written, encoding="utf-8")
    else:
        print(written)


if __name__ == "__main__":
    main()
