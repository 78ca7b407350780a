"""``allnlp train``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from allnlp.cli.console import answer_json, answer_table, say

if TYPE_CHECKING:
    from allnlp.evaluation import Score
    from allnlp.training.marks import Corpus
    from allnlp.training.run import Trained
    from allnlp.training.train import Step

_SHOWN = 3  # of the marks that do not fit


def command(
    gold: Path = typer.Argument(help="gold.jsonl (with --texts), PubTator, JSON lines with text and spans, or an annotated folder with corrections."),
    out: Path = typer.Option(..., "--out", "-o", help="Folder of the model to write; its name becomes the model's."),
    texts: Path | None = typer.Option(None, "--texts", help="JSON lines with id, title, abstract: the texts of gold.jsonl."),
    label: list[str] = typer.Option([], "--label", help="Learn only this label, as THERAPY, or rename it, as Chemical=THERAPY; give it again for another."),
    dev: Path | None = typer.Option(None, "--dev", help="Marked documents to choose and score the model by, in place of a share of GOLD."),
    dev_share: float = typer.Option(0.2, "--dev-share", min=0, max=0.9, help="Share of the documents to choose and score the model by; 0 for none."),
    steps: int = typer.Option(1000, "--steps", min=1, help="Batches to learn from at most."),
    seed: int = typer.Option(0, "--seed", min=0, help="Of all that is random; the same seed gives the same model."),
    start: str | None = typer.Option(None, "--start", help="Model to begin with, or none; by default en_allnlp_bio_sm where it is installed."),
    overwrite: bool = typer.Option(False, "--overwrite", help="Replace a model that is there."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Train a model of named entities on marks that people made or corrected.

    \b
    Example:
      allnlp train gold.jsonl --texts texts.jsonl -o models/mine --dev-share 0 --steps 20
    """
    from allnlp.training.corpus import read_corpus
    from allnlp.training.run import train_model

    corpus = _folder(gold, label) if gold.is_dir() else read_corpus(gold, texts=texts)
    held = None if dev is None else read_corpus(dev, texts=texts)
    found = train_model(
        corpus, out, labels=label, dev=held, dev_share=dev_share, steps=steps, seed=seed, start=start, overwrite=overwrite, progress=_tell_step()
    )
    if json:
        scores = {name: s._asdict() for name, s in found.scores.items()}
        misfits = [m._asdict() for m in found.misfits]
        answer_json({"model": str(out), **found._asdict(), "scores": scores, "misfits": misfits})
    elif found.scores:
        import pandas as pd

        rows = [{"class": name, **s._asdict()} for name, s in found.scores.items()]
        answer_table(f"Strict agreement on {_number(found.dev_documents, 'document')} kept apart", pd.DataFrame(rows))
    _tell(found, out)


def _folder(folder: Path, labels: list[str]) -> Corpus:
    """Documents of a folder that a person corrected; without --label only the labels that the person looked for are learned."""
    from allnlp.collection.corrections import list_corrections
    from allnlp.collection.folder import asked_table
    from allnlp.errors import NothingFound
    from allnlp.training.corpus import passages_of

    seen = list_corrections(folder)
    seen = seen[seen["reason"].isna()]
    if seen.empty:
        raise NothingFound(f"{folder}: no document was corrected by a person. Bring corrections in with: allnlp import {folder} FILE")
    documents, mentions = asked_table(folder, "documents"), asked_table(folder, "mentions")
    documents = documents[documents["doc_id"].isin(seen["doc_id"])]
    looked_for = {one for cell in seen["labels"] for one in cell.split(", ")}
    mentions = mentions if labels else mentions[mentions["label"].isin(looked_for)]
    rows = documents[["doc_id", "text"]].itertuples(index=False, name=None)
    return passages_of(rows, mentions[["doc_id", "start", "end", "label"]].itertuples(index=False, name=None))


def _tell_step() -> Callable[[Step], None]:
    return lambda step: say(f"step {step.step:,}: loss {step.loss:,.0f}{_said(step.scores)}{' *' if step.is_best and step.scores else ''}")


def _said(scores: Mapping[str, Score]) -> str:
    return ", F " + ", ".join(f"{name} {s.f:.3f}" for name, s in scores.items()) if scores else ""


def _tell(found: Trained, out: Path) -> None:
    begun = "" if found.start == "none" else f", beginning with {found.start}"
    labels = ", ".join(f"{label} {n:,}" for label, n in found.labels.items())
    say(f"Learned from {_number(found.documents, 'document')}{begun}: {labels}")
    if found.misfits:
        say(f"{_number(len(found.misfits), 'mark')} not learned as {'it stands' if len(found.misfits) == 1 else 'they stand'}:")
        for m in found.misfits[:_SHOWN]:
            say(f"  {m.doc_id} {m.start}..{m.end} {m.label}: {m.reason}")
        if len(found.misfits) > _SHOWN:
            say("  all of them: --json")
    say(f"Next: allnlp annotate INPUT -o DIR --model {out}")


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
