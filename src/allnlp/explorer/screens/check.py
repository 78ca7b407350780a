"""The check: marks drawn at random to be judged right, partly right or wrong, and the precision that follows."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from allnlp.collection.cells import value_text
from allnlp.collection.edits import VERDICTS, list_edits
from allnlp.collection.frames import named_rows, records
from allnlp.collection.judgements import FINDING, JUDGED_LABELS, Precision, counted, precision, precision_of, sample
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.asked import Asked
from allnlp.explorer.marks import Mark, Piece, pieces
from allnlp.explorer.page import Leaving, Page, python_words
from allnlp.explorer.screens.reading import by_whom, place_of, place_words, rule_said, verdict_said
from allnlp.explorer.state import State
from allnlp.explorer.store import Store

_SIZE, _MOST = 25, 500  # marks drawn
VERDICT_WORDS = MappingProxyType(dict(zip(VERDICTS, ("Right", "Partly", "Wrong"), strict=True)))
SHOWN = ("sample", "judged")
COUNTED = ("any", *VERDICTS)


class Row(NamedTuple):
    """A mark or a finding to judge."""

    row: Mapping[str, Any]
    place: tuple[str, int, int]  # label, start, end
    pieces: list[Piece]
    about: str  # what the machine says of it
    decided: str
    verdict: str
    note: str
    document: str  # URL, with the mark chosen
    finding: str  # words that tell a judged finding from others; empty for marks


class Judged(NamedTuple):
    """A mark or a finding that was judged."""

    row: Mapping[str, Any]
    said: str
    by: str
    document: str


def page(store: Store, state: State, found: Asked) -> Page:
    """The sample of ``n`` marks of a ``label`` that a ``seed`` draws, or what of the label was judged."""
    label = state.one("label", JUDGED_LABELS[0]).upper()
    if label not in JUDGED_LABELS:
        raise OptionError(f"label {state.one('label')!r} is none of {', '.join(JUDGED_LABELS)}.")
    n, seed = state.number("n", _SIZE, high=_MOST), state.number("seed", 1, low=0, high=2**31 - 1)
    show = state.choice("show", SHOWN)
    frame = store.kept(("sample", label, n, seed), lambda: sample(store.folder, label, n, seed=seed))
    table = store.kept(("precision",), lambda: precision(store.folder))
    here = State(state.path, tuple(pair for pair in state.pairs if pair[0] not in ("show", "verdict")))
    verdict = state.choice("verdict", ("", *COUNTED))
    verdicts = [v if isinstance(v, str) else None for v in frame["verdict"]]
    n_judged = sum(v is not None for v in verdicts)
    values = {
        "n_documents": None, "label": label, "labels": JUDGED_LABELS, "n": n, "seed": seed, "rows": rows(store, here, frame, label) if show == "sample" else [], "here": here,
        "n_drawn": len(frame), "n_judged": n_judged, "running": precision_of(verdicts), "said": said(precision_of(verdicts)), "verdict_words": VERDICT_WORDS,
        "table": [(str(r["label"]), Precision(**{k: r[k] for k in Precision._fields})) for r in records(table)], "said_of": said, "show": show,
        "judged": judged(store, here, label, verdict) if show == "judged" else [], "verdict": verdict, "is_filtered": bool(state.filters()), "is_finding": label == FINDING,
    }  # fmt: skip
    return Page("check.html", "Check", values, leaving(store, label, n, seed))


def rows(store: Store, state: State, frame: pd.DataFrame, label: str) -> list[Row]:
    """Rows of the sample, in the order of the draw."""
    numbers = _finding_words(store) if label == FINDING else {}
    out = []
    for row, named in zip(records(frame), named_rows(frame), strict=True):
        text = row["sentence_text"] or ""
        begin = _begin(store, row["doc_id"], row["sentence"])
        kind = f"label-{row['label']}{'' if row.get('assertion', 'present') == 'present' else ' ' + row['assertion']} selected"
        marked = pieces(text, [Mark(row["start"] - begin, row["end"] - begin, kind)])
        if label == FINDING:
            parts = (row["concept"], row["measure"].replace("_", " "), f"grade {row['grade']}" if row["grade"] else "", value_text(named), row["therapy"], row["timepoint"])
            about, decided, url = ", ".join(str(p) for p in parts if p), row["rule"], state.url("/document", id=row["doc_id"]) + "#findings"
        else:
            cue = f" by “{row['assertion_cue']}”" if row["assertion_cue"] else ""
            stated = "" if row["assertion"] == "present" else f", {row['assertion']}{cue}"
            about = f"{row['name']} ({row['concept_id'] or 'not listed'}){stated}"
            decided = rule_said(row["source"], row["rule"], row["score"])
            url = state.url("/document", id=row["doc_id"], m=place_words(place_of(row))) + "#mention"
        words = numbers.get((row["doc_id"], row.get("finding")), "")
        out.append(Row(row, place_of(row), marked, about, decided, row["verdict"] or "", row["note"] or "", url, words))
    return out


def _begin(store: Store, doc_id: str, sentence: int) -> int:
    """Where a sentence begins in its document."""
    index = store.index
    first = int(index.sentence_document.searchsorted(store.number(doc_id)))
    return int(index.passages.sentence_start[first + sentence])


def _finding_words(store: Store) -> dict[tuple[str, Any], str]:
    """The words that tell a judged finding, by document and number."""
    return {(e["doc_id"], e["finding_number"]): e["finding"] for e in _edits(store) if e["finding"] is not None}


def _edits(store: Store) -> list[dict[str, Any]]:
    return store.kept(("all edits",), lambda: records(list_edits(store.folder)))


def judged(store: Store, state: State, label: str, verdict: str = "") -> list[Judged]:
    """What was judged or corrected of a label, by document and place; with a verdict, or "any", only what the precision counts."""
    wanted = [e for e in _edits(store) if (e["finding"] is not None if label == FINDING else e["finding"] is None and e["label"] == label)]
    if verdict:
        rows = store.kept(("counted", label), lambda: records(counted(store.folder, label)))
        by_key = {(r["doc_id"], r["number"]) if label == FINDING else (r["doc_id"], r["start"], r["end"]): r["verdict"] for r in rows}
        keys = [(e["doc_id"], e["finding_number"]) if label == FINDING else (e["doc_id"], e["start"], e["end"]) for e in wanted]
        wanted = [e for e, key in zip(wanted, keys, strict=True) if key in by_key and verdict in ("any", by_key[key])]
    out = []
    for e in wanted:
        try:
            store.number(e["doc_id"])
        except NothingFound:
            url = ""
        else:
            url = state.url("/document", id=e["doc_id"], m=place_words(place_of(e)) if e["finding"] is None else None)
        out.append(Judged(e, verdict_said(e), by_whom(e), url))
    return out


def said(found: Precision) -> str:
    """Precision in words, with its interval.

    >>> said(Precision(4, 2, 1, 1, 0.5, 0.15, 0.85)), said(Precision(0, 0, 0, 0, float("nan"), float("nan"), float("nan")))
    ('50.0 % (95 % interval 15.0 to 85.0)', '')
    """
    if not found.n_judged:
        return ""
    return f"{100 * found.precision:.1f} % (95 % interval {100 * found.ci_low:.1f} to {100 * found.ci_high:.1f})"


def leaving(store: Store, label: str, n: int, seed: int) -> Leaving:
    """How the sample leaves: as a sheet with its verdicts; the command gives the precision of all labels."""
    lines = [
        "from pathlib import Path", "", "from allnlp.collection.judgements import precision, sample", "",
        f"folder = Path({python_words(str(store.folder))})", f"drawn = sample(folder, {python_words(label)}, {n}, seed={seed})", "answer = precision(folder)",
    ]  # fmt: skip
    return Leaving(lambda: sample(store.folder, label, n, seed=seed), shlex.join(["allnlp", "evaluate", str(store.folder), "--corrections"]), "\n".join(lines))
