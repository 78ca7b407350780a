"""Writes the names of allnlp's own tables as the list that every peer gets: text, label, CURIE, and whether capitals count.

    python benchmarks/peer_vocabulary.py NAMES.json [--written-out]
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable
from pathlib import Path

from allnlp.terminology import Terminology, load
from allnlp.text.fold import variants

LONGEST = 6  # a name of more words keeps its dashes and blanks: the forms double with each word
Name = tuple[str, str, str, bool]


def names(terminology: Terminology, *, written_out: bool) -> list[Name]:
    """Names in the order of their labels' precedence, each text once for a label.

    Args:
        terminology: the tables.
        written_out: with the plurals and spellings that allnlp derives, and a dash or a blank between any two words,
            since a row of the tables stands for all of these.
    """
    rank = {row.label: int(row.precedence) for row in terminology.labels}
    rows = [(term.text, label, term.curie, term.case == "exact") for _, _, label, term in terminology.terms]
    if written_out:
        rows += [
            (form, label, curie, exact)
            for text, label, curie, exact in rows
            for one in variants(text, terminology.spellings, exact=exact)
            for form in dashes(one)
        ]
    found = {(text, label, exact): curie for text, label, curie, exact in reversed(rows)}
    return sorted(((text, label, curie, exact) for (text, label, exact), curie in found.items()), key=lambda n: (rank[n[1]], n))


def dashes(name: str) -> Iterable[str]:
    """A name with a dash or a blank between any two of its words.

    >>> list(dashes("B-cell lymphoma"))
    ['B cell lymphoma', 'B cell-lymphoma', 'B-cell lymphoma', 'B-cell-lymphoma']
    """
    first, *rest = re.split("[ -]", name)
    if len(rest) >= LONGEST:
        return [name]
    forms = [first]
    for word in rest:
        forms = [form + sign + word for form in forms for sign in " -"]
    return forms


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("target", type=Path)
    parser.add_argument("--written-out", action="store_true")
    options = parser.parse_args()
    options.target.write_text(json.dumps(names(load(), written_out=options.written_out), ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
