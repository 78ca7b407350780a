"""Several runs or models against the same gold: their scores side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from allnlp.evaluation.folder import Report
from allnlp.evaluation.scores import Score

_NONE = Score(0.0, 0.0, 0.0, 0, 0)


class Compared(NamedTuple):
    """One class of one measure: a score a run, and how much better than the first run each is."""

    measure: str
    class_name: str
    gold: int
    scores: tuple[Score, ...]
    differences: tuple[float, ...]  # of F, to the first; the first has 0


def compare_scores(measure: str, runs: Sequence[Mapping[str, Score]]) -> list[Compared]:
    """The classes of several runs, in the order in which they first occur.

    >>> compare_scores("strict", [{"THERAPY": Score(1.0, 0.5, 0.75, 2, 1)}, {"THERAPY": Score(1.0, 1.0, 1.0, 2, 2)}])[0].differences
    (0.0, 0.25)
    """
    out = []
    for name in dict.fromkeys(name for run in runs for name in run):
        scores = tuple(run.get(name, _NONE) for run in runs)
        out.append(Compared(measure, name, max(s.gold for s in scores), scores, tuple(s.f - scores[0].f for s in scores)))
    return out


def compare_reports(reports: Sequence[Report]) -> list[Compared]:
    """Strict and overlap scores of several folders on the same gold."""
    return compare_scores("strict", [r.strict for r in reports]) + compare_scores("overlap", [r.overlap for r in reports])
