"""Invented texts with marks, in every format that is read; built anew for each test."""

from __future__ import annotations

import json
from pathlib import Path

DRUGS = ("novacel", "brelutinib", "taxolimab", "zenumab", "oricapine", "velotinib")
HARMS = ("fever", "neutropenia", "rash", "headache", "anaemia", "nausea")
FORMS = (
    ("{drug} in relapsed leukaemia", "{harm} was seen after {drug} in 12 patients."),
    ("A trial of {drug}", "No {harm} occurred. Patients received {drug} twice."),
    ("{harm} under treatment", "We report {harm} in three children who were given {drug}."),
)

Row = tuple[str, str, str, list[tuple[int, int, str]]]  # id, title, abstract, marks in title + newline + abstract


def rows(number: int = 18) -> list[Row]:
    """Documents with the marks of their drug (THERAPY) and harm (TOXICITY)."""
    out = []
    for i in range(number):
        words = {"drug": DRUGS[i % len(DRUGS)], "harm": HARMS[(i // 2 + i) % len(HARMS)]}
        title, abstract = (part.format(**words) for part in FORMS[i % len(FORMS)])
        text, marks = f"{title}\n{abstract}", []
        for key, label in (("drug", "THERAPY"), ("harm", "TOXICITY")):
            at = text.find(words[key])
            while at >= 0:
                marks.append((at, at + len(words[key]), label))
                at = text.find(words[key], at + 1)
        out.append((str(i + 1), title, abstract, sorted(marks)))
    return out


def write_pubtator(path: Path, documents: list[Row]) -> Path:
    """The documents as PubTator."""
    parts = []
    for doc_id, title, abstract, marks in documents:
        text = f"{title}\n{abstract}"
        lines = [f"{doc_id}|t|{title}", f"{doc_id}|a|{abstract}"]
        lines += [f"{doc_id}\t{a}\t{b}\t{text[a:b]}\t{label}\tX:1" for a, b, label in marks]
        parts.append("\n".join(lines))
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return path


def write_spans(path: Path, documents: list[Row]) -> Path:
    """The documents as JSON lines of text and spans."""
    lines = []
    for doc_id, title, abstract, marks in documents:
        spans = [{"start": a, "end": b, "label": label} for a, b, label in marks]
        lines.append(json.dumps({"id": doc_id, "text": f"{title}\n{abstract}", "spans": spans}))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_gold(folder: Path, documents: list[Row]) -> tuple[Path, Path]:
    """The documents as texts.jsonl and gold.jsonl."""
    texts, gold = [], []
    for doc_id, title, abstract, marks in documents:
        texts.append(json.dumps({"id": doc_id, "title": title, "abstract": abstract}))
        mentions = []
        for start, end, label in marks:
            field, shift = ("title", 0) if end <= len(title) else ("abstract", len(title) + 1)
            part, words = (title if field == "title" else abstract), f"{title}\n{abstract}"[start:end]
            nth = 1 + sum(part.startswith(words, at) for at in range(start - shift))
            mentions.append({"field": field, "surface": words, "nth": nth, "label": label, "concept": words})
        gold.append(json.dumps({"id": doc_id, "mentions": mentions}))
    paths = folder / "texts.jsonl", folder / "gold.jsonl"
    for path, lines in zip(paths, (texts, gold), strict=True):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return paths
