"""``allnlp evaluate``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from allnlp.cli.console import answer, answer_json, answer_table, records, say
from allnlp.errors import OptionError

if TYPE_CHECKING:
    from allnlp.evaluation import Compared, Report


def command(
    folders: list[Path] = typer.Argument(None, help="Annotated folders; of several the scores stand side by side.", show_default=False),
    texts: Path | None = typer.Option(None, "--texts", help="JSON lines with id, title, abstract."),
    gold: Path | None = typer.Option(None, "--gold", help="JSON lines with id and mentions."),
    model: list[str] = typer.Option([], "--model", help="Score a model of named entities in place of a folder; give it again for another."),
    pubtator: Path | None = typer.Option(None, "--pubtator", help="Marked documents for models: PubTator, or JSON lines with text and spans."),
    map: list[str] = typer.Option([], "--map", help="A label of the documents or of a model by another name: Chemical=CHEMICAL."),
    corrections: bool = typer.Option(False, "--corrections", help="Score the machine's marks against those that a person corrected or judged in the folder."),
    errors: int = typer.Option(0, "--errors", min=0, help="Also list up to so many faults of each kind; of one folder."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Score annotated folders, or models, against the marks of people.

    \b
    Example:
      allnlp evaluate cart/ --texts texts.jsonl --gold gold.jsonl --errors 20
      allnlp evaluate cart/ --corrections
    """
    if model and corrections:
        raise OptionError("--model and --corrections cannot be given at once. Train and score a model with: allnlp train DIR -o MODEL")
    if model:
        if folders:
            raise OptionError("folders and --model cannot be given at once. Annotate with the model, or score the model alone.")
        _models(model, pubtator, texts, gold, map, as_json=json)
        return
    if not folders:
        raise OptionError("nothing to score. Give an annotated folder, or a model with --model NAME.")
    if corrections:
        _corrected(folders, errors, as_json=json, is_alone=not (texts or gold or pubtator or map))
        return
    if texts is None or gold is None:
        raise OptionError("a folder is scored against gold. Give it with --texts TEXTS --gold GOLD, or score it by its own --corrections.")
    if pubtator or map:
        raise OptionError("--pubtator and --map are for models. Give a model with --model NAME.")
    from allnlp.evaluation import evaluate

    reports = [evaluate(folder, texts=texts, gold=gold) for folder in folders]
    if len(folders) == 1:
        _one(reports[0], errors, as_json=json)
    else:
        _several([str(f) for f in folders], reports, as_json=json)


def _corrected(folders: Sequence[Path], errors: int, *, as_json: bool, is_alone: bool) -> None:
    """Scores on documents that a person corrected whole, and the precision of marks judged one by one."""
    from allnlp.collection.confirmed import confirmed_documents
    from allnlp.collection.judgements import precision
    from allnlp.errors import NothingFound
    from allnlp.evaluation import score_documents

    if not is_alone:
        raise OptionError("--corrections cannot be given with --texts, --gold, --pubtator or --map. Leave them out.")
    if len(folders) > 1:
        raise OptionError("--corrections are of one folder. Give one folder at a time.")
    folder = folders[0]
    documents, judged = confirmed_documents(folder), precision(folder)
    if not documents and judged.empty:
        raise NothingFound(f"{folder}: no document was corrected as a whole and no mark judged by a person. Bring corrections in with: allnlp import {folder} FILE")
    report = score_documents((d.doc_id, d.text, d.gold, d.found) for d in documents)
    if as_json:
        answer_json({**_as_json(report, errors), "judged": records(judged)})
    elif documents:
        _one(report, errors, as_json=False, title=f"The machine against a person, {report.documents} documents corrected as a whole")
    if len(judged):
        if not as_json:
            if documents:
                answer("")
            answer_table("Marks of the machine that a person judged", judged)
        say("precision: of the marks judged those that are right; partly right counts as not right. ci_low, ci_high: 95 % interval (Wilson)")
    if documents:
        say("Documents that were corrected, not marked from nothing, flatter the machine. Only labels that the person looked for are scored")


def _as_json(report: Report, errors: int) -> dict[str, Any]:
    from allnlp.evaluation import first_of_each

    kinds = {"strict": report.strict, "overlap": report.overlap, "assertion": report.assertion}
    scores = {kind: {name: s._asdict() for name, s in table.items()} for kind, table in kinds.items()}
    faults = [f._asdict() for f in first_of_each(report.faults, errors)]
    return {"documents": report.documents, **scores, "linking_b3": report.linking, "faults": faults}


def _one(report: Report, errors: int, *, as_json: bool, title: str = "") -> None:
    import pandas as pd

    kinds = {"strict": report.strict, "overlap": report.overlap, "assertion": report.assertion}
    if as_json:
        answer_json(_as_json(report, errors))
        return
    rows = [{"measure": kind, "class": name, **s._asdict()} for kind, table in kinds.items() for name, s in table.items()]
    rows.append({"measure": "linking", "class": "B-cubed", "f": report.linking})
    answer_table(title or f"Agreement with gold, {report.documents} documents", pd.DataFrame(rows).astype({"gold": "Int64", "found": "Int64"}))
    if errors:
        by_kind: dict[str, list[dict[str, str]]] = {}
        for fault in report.faults:
            by_kind.setdefault(fault.kind, []).append(fault._asdict())
        for kind, faults in sorted(by_kind.items()):
            answer("")
            answer_table(f"{kind}: {len(faults)}", pd.DataFrame(faults[:errors]))


def _several(names: Sequence[str], reports: Sequence[Report], *, as_json: bool) -> None:
    from allnlp.evaluation import compare_reports

    _answer(names, compare_reports(reports), reports[0].documents, cells=("f",), as_json=as_json)


def _models(names: Sequence[str], marked: Path | None, texts: Path | None, gold: Path | None, renamed: list[str], *, as_json: bool) -> None:
    from allnlp.evaluation import compare_scores
    from allnlp.training.corpus import read_corpus
    from allnlp.training.scores import score_models

    if (marked is None) == (gold is None):
        raise OptionError("a model is scored against marked documents. Give --pubtator FILE, or --texts TEXTS --gold GOLD.")
    corpus = read_corpus(marked or gold or Path(), texts=texts)
    found = score_models(names, corpus, renamed=renamed)
    for name, others in zip(names, found.not_scored, strict=True):
        if others:
            say(f"{name}: its labels {', '.join(others)} are not marked in the documents and not scored. Another name for one: --map {others[0]}=NAME")
    if found.not_marked:
        say(f"No model has the labels {', '.join(found.not_marked)} of the documents; they are not scored.")
    if corpus.misfits:
        say(f"{len(corpus.misfits):,} marks of the documents do not stand at their place and are left out")
    compared = compare_scores("strict", found.scores)
    _answer(names, compared, len(corpus.passages), cells=("precision", "recall", "f"), as_json=as_json)


def _answer(names: Sequence[str], compared: Sequence[Compared], documents: int, *, cells: Sequence[str], as_json: bool) -> None:
    """A group of columns for each name, with the difference to the first."""
    import pandas as pd

    if as_json:
        rows = [
            {"measure": c.measure, "class": c.class_name, "scores": [s._asdict() for s in c.scores], "differences": c.differences} for c in compared
        ]
        answer_json({"documents": documents, "compared": list(names), "rows": rows})
        return
    table = []
    for c in compared:
        row: dict[str, Any] = {"measure": c.measure, "class": c.class_name, "gold": c.gold}
        for i, (name, score, difference) in enumerate(zip(names, c.scores, c.differences, strict=True)):
            row |= {f"{name} {cell}": getattr(score, cell) for cell in cells}
            row |= {f"{name} difference": difference} if i else {}
        table.append(row)
    answer_table(f"Agreement with gold, {documents} documents; differences of F to {names[0]}", pd.DataFrame(table))
