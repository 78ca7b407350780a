"""What a finding's numbers say of one another, and what is derived from them for pooling."""

from __future__ import annotations

from allnlp.schema import Finding, Study
from allnlp.text.totals import agrees

#: why a number that is set against another, of a group that is not read, is doubtful
NO_GROUP = "one of several numbers that are compared; its group is not read"


def checked(row: Finding, study: Study | None) -> Finding:
    """A finding with the cells for pooling, whether its numbers agree, and why a person should look at it."""
    return _reviewed(_completed(row, study), study)


def _completed(row: Finding, study: Study | None) -> Finding:
    """Events, patients and percent: as stated where they are, else derived, and from what."""
    if row.measure not in ("incidence", "rate", "count") or (row.unit not in (None, "%")):
        return row
    events, patients, percent = row.n, row.total, row.value if row.unit == "%" else None
    derived = []
    if percent is None and row.value is not None and row.value <= 1:
        percent = round(100 * row.value, 1)
        derived.append("percent: 100 times the proportion")
    if patients is None and events is not None and percent:
        guess = _denominator(events, percent, study)
        if guess is not None:
            patients = guess
            derived.append("n_patients: the study's size, which n and the percent fit")
    is_whole = row.group is None and NO_GROUP not in (row.review_reason or "")
    if patients is None and is_whole and study is not None and study.n_patients and percent is not None and events is None:
        patients = study.n_patients
        derived.append("n_patients: the study's size")
    if (
        patients is None
        and is_whole
        and study is not None
        and study.n_patients
        and percent is None
        and events is not None
        and events <= study.n_patients
    ):
        patients = study.n_patients
        derived.append("n_patients: the study's size")
    if events is None and percent is not None and patients is not None:
        events = round(percent * patients / 100)
        derived.append("n_events: the percent of n_patients")
    if percent is None and events is not None and patients:
        percent = round(100 * events / patients, 1)
        derived.append("percent: n_events of n_patients")
    return row._replace(n_events=events, n_patients=patients, percent=percent, derived="; ".join(derived) or None)


def _denominator(events: int, percent: float, study: Study | None) -> int | None:
    if study is not None and study.n_patients and agrees(percent, events, study.n_patients):
        return study.n_patients
    return None


def _reviewed(row: Finding, study: Study | None) -> Finding:
    """Checks: n of total gives the percent; the interval holds the value; the total is within the sample."""
    faults, checks = [], 0
    if row.n is not None and row.total is not None and row.unit == "%" and row.value is not None:
        checks += 1
        if not agrees(row.value, row.n, row.total, row.evidence):
            faults.append(f"{row.n} of {row.total} is {100 * row.n / row.total:.1f}%, not {row.value:g}%" if row.total else "a total of 0")
    if row.value is not None and (row.ci_low is not None or row.ci_high is not None):
        checks += 1
        if (row.ci_low is not None and row.value < row.ci_low) or (row.ci_high is not None and row.value > row.ci_high):
            faults.append("the interval does not hold the value")
    if row.unit == "%" and row.value is not None and row.value > 100:
        checks += 1
        faults.append("more than 100%")
    if row.total is not None and study is not None and study.n_patients:
        checks += 1
        if row.total > study.n_patients:
            faults.append(f"the total {row.total} is more than the study's {study.n_patients} patients")
    reasons = ([row.review_reason] if row.review_reason else []) + faults
    if row.rule == "findings:anaphora":
        reasons.append("the name is taken from the statement before")
    return row._replace(is_consistent=not faults if checks else None, needs_review=bool(reasons), review_reason="; ".join(reasons) or None)
