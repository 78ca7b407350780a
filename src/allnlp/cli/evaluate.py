"""``allnlp evaluate``."""

from __future__ import annotations

from pathlib import Path

import typer

from allnlp.cli.console import answer, answer_json, answer_table


def command(
    folder: Path = typer.Argument(help="An annotated folder."),
    texts: Path = typer.Option(..., "--texts", help="JSON lines with id, title, abstract."),
    gold: Path = typer.Option(..., "--gold", help="JSON lines with id and mentions."),
    errors: int = typer.Option(0, "--errors", min=0, help="Also list up to so many faults of each kind."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Score an annotated folder against gold annotations.

    \b
    Example:
      allnlp evaluate cart/ --texts texts.jsonl --gold gold.jsonl --errors 20
    """
    import pandas as pd

    from allnlp.evaluation import evaluate, first_of_each

    report = evaluate(folder, texts=texts, gold=gold)
    kinds = {"strict": report.strict, "overlap": report.overlap, "assertion": report.assertion}
    if json:
        scores = {kind: {name: s._asdict() for name, s in table.items()} for kind, table in kinds.items()}
        faults = [f._asdict() for f in first_of_each(report.faults, errors)]
        answer_json({"documents": report.documents, **scores, "linking_b3": report.linking, "faults": faults})
        return
    rows = [{"measure": kind, "class": name, **s._asdict()} for kind, table in kinds.items() for name, s in table.items()]
    rows.append({"measure": "linking", "class": "B-cubed", "f": report.linking})
    answer_table(f"Agreement with gold, {report.documents} documents", pd.DataFrame(rows).astype({"gold": "Int64", "found": "Int64"}))
    if errors:
        by_kind: dict[str, list[dict[str, str]]] = {}
        for fault in report.faults:
            by_kind.setdefault(fault.kind, []).append(fault._asdict())
        for kind, faults in sorted(by_kind.items()):
            answer("")
            answer_table(f"{kind}: {len(faults)}", pd.DataFrame(faults[:errors]))
