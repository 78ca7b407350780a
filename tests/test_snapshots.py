"""The mentions of the demo as text, one line a mention, so that a change of the vocabulary is reviewed as a diff.

``make snapshots`` writes them anew. A snapshot is what the program says, not what is right: that is gold.
"""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from allnlp.annotation import annotate_document
from allnlp.readers import mark_duplicates, read
from allnlp.schema import LABELS, Document
from allnlp.terminology import load
from allnlp.text import Annotation, compile_lexicon

ROOT = Path(__file__).parents[1]
SNAPSHOTS = Path(__file__).parent / "snapshots"
FILES = ("demo.csv", "demo.nbib", "demo.ris", "demo.xml")
HEADER = "doc_id\tstart\tend\tlabel\tsubtype\ttext\tname\tassertion\n"


def snapshot(source: Path) -> str:
    """One line a mention of the six labels."""
    lexicon = compile_lexicon(load())
    lines = [HEADER]
    for document in mark_duplicates(read([source])):
        assert isinstance(document, Document), document
        rows = annotate_document(document, lexicon)
        assert isinstance(rows, Annotation), rows
        for m in rows.mentions:
            if m.label in LABELS:
                cells = (m.doc_id, m.start, m.end, m.label, m.subtype or "", m.text, m.name, m.assertion)
                lines.append("\t".join(" ".join(str(c).split()) for c in cells) + "\n")
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
