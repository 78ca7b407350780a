"""The mentions, findings and study records of the demo as text, one line each, so that a change of vocabulary or rules is reviewed as a diff.

``make snapshots`` writes them anew. A snapshot is what the program says, not what is right: that is gold.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from allnlp.annotation import Rows, annotate_document
from allnlp.readers import mark_duplicates, read
from allnlp.schema import LABELS, Document
from allnlp.terminology import load
from allnlp.text import compile_lexicon

ROOT = Path(__file__).parents[1]
SNAPSHOTS = Path(__file__).parent / "snapshots"
FILES = ("demo.csv", "demo.nbib", "demo.ris", "demo.xml")
HEADER = "doc_id\tstart\tend\tlabel\tsubtype\ttext\tname\tassertion\n"


def line(cells: Iterable[Any]) -> str:
    """Cells as a line; nothing for a missing one."""
    return "\t".join("" if c is None else " ".join(str(c).split()) for c in cells).rstrip("\t") + "\n"


def snapshot(source: Path) -> str:
    """One line a mention of the six labels, a finding, a study record."""
    lexicon = compile_lexicon(load())
    lines = [HEADER]
    for document in mark_duplicates(read([source])):
        assert isinstance(document, Document), document
        rows = annotate_document(document, lexicon)
        assert isinstance(rows, Rows), rows
        for m in rows.mentions:
            if m.label in LABELS:
                cells = (m.doc_id, m.start, m.end, m.label, m.subtype, m.text, m.name, m.assertion)
                lines.append(line(cells))
        for f in rows.findings:
            number = (f.value, f.unit, f.n, f.total, f.ci_low, f.ci_high, f.p_value, f.timepoint, f.group, f.therapy, f.therapy_link, f.n_events, f.n_patients, f.review_reason)
            lines.append(line((f.doc_id, f.start, f.end, "finding", f.measure, f.grade, f.concept, *number)))
        for study in rows.studies:
            lines.append(line((study.doc_id, "", "", "study", *study[1:])))
    return "".join(lines)


@pytest.mark.parametrize("name", FILES)
def test_the_demo_is_tagged_as_before(name: str) -> None:
    before = (SNAPSHOTS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    now = snapshot(ROOT / "corpora" / "demo" / name).splitlines()
    changed = [line for line in difflib.unified_diff(before, now, "before", "now", lineterm="", n=0) if not line.startswith("@@")]
    assert not changed, "\n".join([*changed[:60], "If the change is right: make snapshots"])


if __name__ == "__main__":
    for name in FILES:
        (SNAPSHOTS / f"{name}.tsv").write_text(snapshot(ROOT / "corpora" / "demo" / name), encoding="utf-8")
