"""A finding as the text of a table's cell, and several findings as one cell; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class Value(NamedTuple):
    """A finding in a cell: its text, and the words in brackets that set it apart."""

    text: str
    marks: tuple[str, ...]
    number: float | None = None
    richness: int = 0  # how much it states: of a number that stands twice, the poorer is not shown

    def __str__(self) -> str:
        """As it stands in the cell."""
        return f"{self.text} [{'; '.join(self.marks)}]" if self.marks else self.text


def value_text(finding: Any) -> str:
    """Text of a finding's number as an evidence table prints it.

    >>> from types import SimpleNamespace as F
    >>> none = dict.fromkeys("value unit n total percent ci_low ci_high ci_level p_value p_sign".split())
    >>> value_text(F(**none | {"measure": "incidence", "n": 9, "total": 34, "percent": 26.47}, evidence=""))
    '9/34 (26.5%)'
    >>> value_text(F(**none | {"measure": "median", "value": 11.5, "unit": "months", "ci_low": 7.9}, evidence=""))
    '11.5 months (CI 7.9 to not reached)'
    """
    f = finding
    if f.measure in ("hazard_ratio", "odds_ratio", "risk_ratio"):
        name = "HR" if f.measure == "hazard_ratio" else "OR"
        p = f", P{f.p_sign or '='}{number_text(f.p_value)}" if f.p_value is not None else ""
        return f"{name} {number_text(f.value)}{_interval(f)}{p}" if f.value is not None else f"{f.evidence}"
    if f.measure == "median":
        return f"{number_text(f.value)} {f.unit or ''}".strip() + _interval(f) if f.value is not None else f"{f.evidence}"
    counts = f"{f.n}/{f.total}" if f.n is not None and f.total is not None else str(f.n) if f.n is not None else ""
    shown = (
        f.value
        if f.value is not None
        else round(f.percent, 1)
        if f.percent is not None and f.n is not None and f.total is not None
        else None
    )
    percent = f"{number_text(shown)}{f.unit or '%'}" if shown is not None else ""
    if counts and percent:
        return f"{counts} ({percent}{_interval(f, bare=True)})"
    if percent:
        of = f" of {f.total}" if f.total is not None else ""
        return f"{percent}{of}{_interval(f)}"
    return (counts if "/" in counts else f"n={counts}") if counts else f"{f.evidence}"


def _interval(f: Any, *, bare: bool = False) -> str:
    if f.ci_low is None and f.ci_high is None:
        return ""
    level = f"{number_text(f.ci_level)}% " if f.ci_level is not None else ""
    low = number_text(f.ci_low) if f.ci_low is not None else "?"
    high = number_text(f.ci_high) if f.ci_high is not None else "not reached"
    return f"; {level}CI {low} to {high}" if bare else f" ({level}CI {low} to {high})"


def number_text(value: float) -> str:
    """A number without needless zeros.

    >>> number_text(26.5), number_text(100.0), number_text(0.0004)
    ('26.5', '100', '0.0004')
    """
    return f"{value:.10g}"


def richness(finding: Any) -> int:
    """How much a finding states of its number."""
    f = finding
    return 2 * (f.n is not None and f.total is not None) + (f.n is not None) + (f.value is not None) + 2 * (f.ci_low is not None)


def repeats(values: Sequence[Value]) -> list[bool]:
    """For each value of a cell, whether it says a number again: it stands before, or stands elsewhere with more.

    >>> repeats([Value("83%", (), 83.0, 1), Value("10/12 (83.3%)", (), 83.3, 4), Value("83%", ("arm B",), 83.0, 1)])
    [True, False, False]
    """
    out = []
    for i, value in enumerate(values):
        others = [o for o in [*values[:i], *values[i + 1 :]] if o.marks == value.marks and o.richness > value.richness]
        out.append(value in values[:i] or any(_same(value.number, o.number) for o in others))
    return out


def cell_text(values: Sequence[Value]) -> str:
    """One cell of several values, each number once.

    >>> cell_text([Value("83%", (), 83.0, 1), Value("10/12 (83.3%)", (), 83.3, 4), Value("50%", ("arm B",), 50.0, 1)])
    '10/12 (83.3%); 50% [arm B]'
    """
    return "; ".join(dict.fromkeys(str(v) for v, is_repeat in zip(values, repeats(values), strict=True) if not is_repeat))


def _same(rough: float | None, fine: float | None) -> bool:
    """Whether the finer number, rounded as the rough one is, is the rough one."""
    if rough is None or fine is None:
        return False
    places = len(number_text(rough).partition(".")[2])
    return abs(rough - fine) <= 0.5 * 0.1**places + 1e-9
