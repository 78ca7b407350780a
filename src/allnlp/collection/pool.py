"""Numbers of one toxicity or outcome, one a study, pooled by a random effects model; what was left out, and why."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from allnlp.association import ADJUSTMENTS, INTERVALS, METHODS, Pooled, pool_proportions
from allnlp.collection.choice import Number, Question, choose, grade_rank, rivals, study_labels
from allnlp.collection.findings import grade_asked
from allnlp.collection.folder import asked, narrow
from allnlp.collection.grades import parse_months
from allnlp.collection.index import Index
from allnlp.collection.names import Concepts, folded, resolve
from allnlp.errors import NothingFound, OptionError


class PooledFindings(NamedTuple):
    """Chosen numbers, one row a study or arm, their pooled proportion, and all that was left out."""

    title: str  # what was asked for, in words
    rows: pd.DataFrame  # n_events, n_patients, studlab, percent, ci_low, ci_high, weight (all percent), doc_id, year, ...
    pooled: Pooled
    left_out: pd.DataFrame  # findings of the concept that are not in rows, with the reason
    warnings: tuple[str, ...]


class Gathered(NamedTuple):
    """The numbers of a concept, and the question that they are chosen by."""

    folder: Path
    question: Question
    numbers: list[Number]


Resolver = Callable[..., Concepts]
BY_HAND = "excluded by the reader"  # reason of what is taken out

_QUERY = """
SELECT f.doc_id, f.finding, f.sentence, coalesce(s.section, 'other'), f.concept, f.measure, f.grade, f.grade_min, f.grade_max, f."group",
    f.therapy_id, f.therapy, f.timepoint, f.timepoint_months, f.n_events, f.n_patients, f.percent, f.derived, f.is_consistent,
    f.needs_review, f.review_reason, f.evidence, d.year, d.authors, d.duplicate_of, d.is_retracted, coalesce(t.study_type, 'other'),
    coalesce(t.registration, []), coalesce(t.disease_ids, []), list_concat(coalesce(t.age_groups, []), coalesce(t.disease_status, []))
FROM findings AS f JOIN documents AS d USING (doc_id) LEFT JOIN studies AS t USING (doc_id)
    LEFT JOIN sentences AS s ON s.doc_id = f.doc_id AND s.sentence = f.sentence
WHERE f.label = ? AND (list_contains(?, f.concept_id) OR f.concept_id IS NULL AND f.concept = ?) ORDER BY f.doc_id, f.finding
"""


def pool(
    folder: Path,
    *,
    toxicity: str | None = None,
    outcome: str | None = None,
    grade: str | None = None,
    therapies: Sequence[str] = (),
    diseases: Sequence[str] = (),
    populations: Sequence[str] = (),
    timepoint: str | None = None,
    exact: bool = False,
    keep_largest_per_trial: bool = False,
    method: str = "REML",
    interval: str = "wilson",
    level: float = 0.95,
    adjust: str | None = None,
    documents: Sequence[str] | None = None,
    excluding: Collection[tuple[str, int]] = (),
) -> PooledFindings:
    """Proportion of patients with a toxicity or an outcome, one number a study, pooled by a random effects model.

    Args:
        folder: the annotated folder.
        toxicity: a name, synonym or CURIE; either this or ``outcome``. Narrower concepts are included.
        outcome: likewise.
        grade: >=3, 3-4, 3, severe ...; by default numbers of any grade. For >=3 those of 3-4 and of severe are taken too, and said.
        therapies: only numbers that belong to one of these or to a narrower one; with several, arms of one document count each.
        diseases: only studies of one of these.
        populations: only studies of one of these age groups or states of disease, as they stand in the table studies.
        timepoint: only numbers of this time: 12 months, day 28.
        exact: leave narrower concepts out, of the toxicity or outcome and of the rest.
        keep_largest_per_trial: of documents with the same registration keep the one with most patients.
        method: REML or DL, see ``association.pool_proportions``.
        interval: wilson or clopper-pearson.
        level: confidence level, between 0 and 1.
        adjust: hksj, or none.
        documents: only of these.
        excluding: doc_id and number of findings that a reader takes out; no other of the document takes the place of one.

    Raises:
        NothingFound: a name that the folder does not mention, or no number is left; says what was left out.
        OptionError: an option has a value that it cannot have.
        FolderError: no annotated folder, or a damaged one.
    """
    _check(method, interval, level, adjust)
    gathered = gather(
        folder, toxicity=toxicity, outcome=outcome, grade=grade, therapies=therapies, diseases=diseases, populations=populations,
        timepoint=timepoint, exact=exact, documents=documents,
    )  # fmt: skip
    return pool_gathered(
        gathered, keep_largest_per_trial=keep_largest_per_trial, method=method, interval=interval, level=level, adjust=adjust, excluding=excluding
    )


def gather(
    folder: Path,
    *,
    toxicity: str | None = None,
    outcome: str | None = None,
    grade: str | None = None,
    therapies: Sequence[str] = (),
    diseases: Sequence[str] = (),
    populations: Sequence[str] = (),
    timepoint: str | None = None,
    exact: bool = False,
    documents: Sequence[str] | None = None,
    index: Index | None = None,
) -> Gathered:
    """What ``pool`` reads of a folder, so that it can be pooled again and again; the arguments are those of ``pool``.

    An index of the folder, where there is one, knows the names without reading them.

    Raises:
        NothingFound: a name that the folder does not mention.
        OptionError: an option has a value that it cannot have.
        FolderError: no annotated folder, or a damaged one.
    """
    words, label = _one_of(toxicity, outcome)
    with asked(folder, "findings", "studies", "documents", "sentences", "concepts", "mentions") as database:
        narrow(database, documents)

        resolver: Resolver = functools.partial(resolve, database, folder=folder) if index is None else index.resolve

        def concepts(names: Iterable[str], label: str) -> tuple[Concepts, ...]:
            return tuple(resolver(name, label=label, exact=exact) for name in names)

        known = [row[0] for row in database.execute("SELECT DISTINCT grade FROM findings").fetchall()]
        question = Question(
            _concept(database, resolver, words, label, exact=exact), grade_asked(grade or "any", known), concepts(therapies, "THERAPY"), concepts(diseases, "DISEASE"),
            tuple(p.strip().casefold() for p in populations), timepoint, None if timepoint is None else parse_months(timepoint),
        )  # fmt: skip
        return Gathered(folder, question, _numbers(database, question, label))


def pool_gathered(
    gathered: Gathered,
    *,
    keep_largest_per_trial: bool = False,
    method: str = "REML",
    interval: str = "wilson",
    level: float = 0.95,
    adjust: str | None = None,
    excluding: Collection[tuple[str, int]] = (),
) -> PooledFindings:
    """Numbers that were read before, chosen and pooled; the arguments are those of ``pool``.

    Raises:
        NothingFound: no number is left; says what was left out.
        OptionError: an option has a value that it cannot have.
    """
    _check(method, interval, level, adjust)
    folder, question, numbers = gathered
    chosen, left_out = choose(numbers, question, keep_largest_per_trial=keep_largest_per_trial)
    is_out = frozenset(excluding)
    by_hand = [n for n in chosen if (n.doc_id, n.finding) in is_out]
    unknown = sorted(is_out - {(n.doc_id, n.finding) for n in by_hand})
    chosen = [n for n in chosen if n not in by_hand]
    left_out = sorted([*left_out, *((n, BY_HAND) for n in by_hand)], key=lambda pair: (pair[0].doc_id, pair[0].finding))
    if not chosen:
        raise NothingFound(f"{folder}: no number of {_title(question)} to pool.{_why(left_out)}")
    labels = study_labels(chosen)
    order = sorted(range(len(chosen)), key=lambda i: (chosen[i].year or 9999, labels[i].casefold(), chosen[i].doc_id, chosen[i].finding))
    chosen, labels = [chosen[i] for i in order], [labels[i] for i in order]
    pooled = pool_proportions(
        [n.n_events or 0 for n in chosen], [n.n_patients or 0 for n in chosen], method=method, interval=interval, level=level, adjust=adjust
    )
    warnings = (*_warnings(chosen, labels, numbers, question, pooled), *_not_pooled(unknown))
    return PooledFindings(_title(question), _rows(chosen, labels, pooled), pooled, _left_out(left_out), warnings)


def parse_finding(words: str) -> tuple[str, int]:
    """Document and number of a finding, as the option --exclude names it.

    >>> parse_finding("pmid:1#2")
    ('pmid:1', 2)

    Raises:
        OptionError: it is no such name.
    """
    doc_id, sign, number = words.strip().rpartition("#")
    if not sign or not doc_id or not (number.isascii() and number.isdecimal()) or len(number) > 9:
        raise OptionError(f"finding {words!r} cannot be read. Give the document and the finding's number, as 29385370#3; see: allnlp pool DIR --json")
    return doc_id, int(number)


def _not_pooled(unknown: Sequence[tuple[str, int]]) -> list[str]:
    """A warning that names findings that were to be taken out and are not pooled anyway."""
    if not unknown:
        return []
    named = ", ".join(f"{doc_id}#{finding}" for doc_id, finding in unknown[:5])
    return [f"{len(unknown)} to be excluded would not be pooled anyway: {named}{', ...' if len(unknown) > 5 else ''}"]


def _concept(database: duckdb.DuckDBPyConnection, resolver: Resolver, words: str, label: str, *, exact: bool) -> Concepts:
    """The concept that is pooled; one that the vocabulary does not list goes by its name."""
    unlisted = database.execute("SELECT DISTINCT concept FROM findings WHERE concept_id IS NULL AND label = ?", [label]).fetchall()
    name = next((name for (name,) in sorted(unlisted) if folded(name) == folded(words)), None)
    try:
        return resolver(words, label=label, exact=exact)
    except NothingFound:
        if name is None:
            raise
        return Concepts(frozenset(), name)


def _check(method: str, interval: str, level: float, adjust: str | None) -> None:
    for name, value, known in (("method", method, METHODS), ("interval", interval, INTERVALS), ("adjust", adjust, (*ADJUSTMENTS, None))):
        if value not in known:
            raise OptionError(f"{name} is {value!r}. Use one of {', '.join(k for k in known if k)}.")
    if not 0 < level < 1:
        raise OptionError(f"level is {level!r}. Give a confidence level between 0 and 1, as 0.95.")


def _one_of(toxicity: str | None, outcome: str | None) -> tuple[str, str]:
    if toxicity is not None and outcome is None:
        return toxicity, "TOXICITY"
    if outcome is not None and toxicity is None:
        return outcome, "OUTCOME"
    raise OptionError("either a toxicity or an outcome is pooled. Give one of --toxicity and --outcome.")


def _numbers(database: duckdb.DuckDBPyConnection, question: Question, label: str) -> list[Number]:
    found = database.execute(_QUERY, [label, sorted(question.concept.ids), question.concept.name]).fetchall()
    known = {
        p.casefold() for (ps,) in database.execute("SELECT list_concat(age_groups, disease_status) FROM studies").fetchall() for p in ps
    }
    for p in question.populations:
        if p not in known:
            raise NothingFound(f"no study of the population {p!r}. There are: {', '.join(sorted(known)) or 'none'}.")
    return [Number(*row) for row in found]


def _title(question: Question) -> str:
    said = [question.concept.name]
    grade = question.grade
    said += [] if grade.sign == "any" else [grade.words if grade.sign == "word" else f"grade {grade.words}"]
    said += [" or ".join(c.name for c in group) for group in (question.therapies, question.diseases) if group]
    said += [" or ".join(question.populations)] if question.populations else []
    return ", ".join([*said, *([question.timepoint] if question.timepoint else [])])


def _why(left_out: Sequence[tuple[Number, str]]) -> str:
    if not left_out:
        return " The folder has no finding of it."
    reasons = Counter(reason for _, reason in left_out).most_common(4)
    return f" {len(left_out)} left out: {'; '.join(f'{reason} ({n})' for reason, n in reasons)}{'; ...' if len(reasons) == 4 else ''}."


def _warnings(
    chosen: Sequence[Number], labels: Sequence[str], numbers: Sequence[Number], question: Question, pooled: Pooled
) -> tuple[str, ...]:
    name, grade = question.concept.name, question.grade.words
    of_document: dict[str, list[Number]] = defaultdict(list)
    for number in numbers:
        of_document[number.doc_id].append(number)
    is_of_several_times = question.months is None and len({n.timepoint_months for n in chosen}) > 1
    questions: list[tuple[str, Callable[[Number], str | None]]] = [
        (f"asked for {grade}, but the grade is", lambda n: _other_grade(n, question)),
        (f"narrower than {name}", lambda n: n.concept if n.concept != name else None),
        ("of different times", lambda n: (n.timepoint or "no time said") if is_of_several_times else None),
        ("of a group, not of the whole study", lambda n: n.group),
        ("chosen, where the document has others that nothing tells apart", lambda n: rivals(n, of_document[n.doc_id], question)),
        ("with counts computed from the percent or the study's size, see the column derived", lambda n: "" if n.counts_are_derived else None),
        ("at a time, with counts computed as if no patient were censored before", _of_curve),
        ("n of N and percent do not agree", lambda n: "" if n.is_consistent is False else None),
        ("to review", lambda n: (n.review_reason or "") if n.needs_review else None),
    ]
    said = [_of(chosen, labels, what, about) for what, about in questions]
    said += _same_trials(chosen, labels)
    if pooled.n_events in (0, pooled.n_patients):
        said.append(
            f"{'no' if not pooled.n_events else 'every'} patient has it in any study: the pooled value comes from the 0.5 that is added to each"
            " count, so report the studies' own intervals"
        )
    if pooled.adjust == "hksj" and pooled.n_studies > 1 and pooled.q < pooled.q_df:
        said.append("the studies agree better than by chance: the Hartung-Knapp interval is narrower than the usual one; report that too")
    return tuple(s for s in said if s)


def _of_curve(number: Number) -> str | None:
    """The time of a rate whose counts are computed: it may be read from a survival curve."""
    return number.timepoint if number.measure == "rate" and number.counts_are_derived else None


def _other_grade(number: Number, question: Question) -> str | None:
    return number.grade or "not said" if grade_rank(question.grade, number.grade, number.grade_min, number.grade_max) else None


def _of(chosen: Sequence[Number], labels: Sequence[str], what: str, about: Callable[[Number], str | None]) -> str:
    """A warning that counts the numbers it is about and names them, at most five; empty when it is about none."""
    found = [(label, about(number)) for number, label in zip(chosen, labels, strict=True)]
    named = [f"{label} ({said})" if said else label for label, said in found if said is not None]
    if not named:
        return ""
    return f"{len(named)} of {len(chosen)} {what}: " + "; ".join(named[:5]) + ("; ..." if len(named) > 5 else "")


def _same_trials(chosen: Sequence[Number], labels: Sequence[str]) -> list[str]:
    """Documents that share a registration: the same patients may count twice."""
    documents: dict[str, dict[str, str]] = defaultdict(dict)
    for number, label in zip(chosen, labels, strict=True):
        for trial in number.registration:
            documents[trial].setdefault(number.doc_id, label if label == number.doc_id else f"{label} ({number.doc_id})")
    trials: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for trial, found in sorted(documents.items()):
        if len(found) > 1:
            trials[tuple(found.values())].append(trial)
    return [
        f"same trial, {', '.join(of)}: {'; '.join(found)}. The same patients may count twice; --keep-largest-per-trial keeps the largest"
        for found, of in trials.items()
    ]


_ROW_TYPES = {
    "n_events": "int64", "n_patients": "int64", "studlab": "string", "percent": "float64", "ci_low": "float64", "ci_high": "float64",
    "weight": "float64", "doc_id": "string", "year": "Int64", "concept": "string", "grade": "string", "therapy": "string",
    "group": "string", "timepoint": "string", "derived": "string", "needs_review": "bool", "registration": "string",
    "section": "string", "sentence": "int64", "finding": "int64", "evidence": "string",
}  # fmt: skip
_LEFT_TYPES = {
    "doc_id": "string", "finding": "int64", "reason": "string", "n_events": "Int64", "n_patients": "Int64", "percent": "float64",
    "year": "Int64", "concept": "string", "measure": "string", "grade": "string", "therapy": "string", "group": "string",
    "timepoint": "string", "section": "string", "sentence": "int64", "evidence": "string",
}  # fmt: skip


def _rows(chosen: Sequence[Number], labels: Sequence[str], pooled: Pooled) -> pd.DataFrame:
    """The first columns are those of R's ``metaprop(n_events, n_patients, studlab)``."""
    computed = zip(pooled.proportions, pooled.low, pooled.high, pooled.weights, strict=True)
    rows = [
        number._asdict()
        | {"studlab": label, "percent": 100 * p, "ci_low": 100 * low, "ci_high": 100 * high, "weight": weight}
        | {"registration": "; ".join(number.registration) or None}
        for number, label, (p, low, high, weight) in zip(chosen, labels, computed, strict=True)
    ]
    return _frame(rows, _ROW_TYPES)


def _left_out(left_out: Sequence[tuple[Number, str]]) -> pd.DataFrame:
    return _frame([number._asdict() | {"reason": reason} for number, reason in left_out], _LEFT_TYPES)


def _frame(rows: Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> pd.DataFrame:
    """Rows with columns of fixed types, whatever is in them, even nothing."""
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object) for name in types}).astype(dict(types))


def pooled_line(pooled: Pooled) -> str:
    """The pooled percentage with its intervals and heterogeneity, as one line.

    >>> pooled_line(pool_proportions([3], [10]))
    'Pooled: 30.0% [95% CI 10.0; 62.4], 1 study, 3/10 patients'
    """
    studies = "1 study" if pooled.n_studies == 1 else f"{pooled.n_studies} studies"
    line = f"Pooled: {percent(pooled.estimate)}% [{100 * pooled.level:g}% CI {percent(pooled.ci_low)}; {percent(pooled.ci_high)}]"
    line += f", {studies}, {pooled.n_events:,}/{pooled.n_patients:,} patients"
    if pooled.n_studies > 2:
        line += f"; prediction interval {percent(pooled.pi_low)}; {percent(pooled.pi_high)}"
    if pooled.n_studies > 1:
        line += f"; {heterogeneity(pooled)}, {pooled.method}" + (", Hartung-Knapp" if pooled.adjust else "")
    return line


def heterogeneity(pooled: Pooled) -> str:
    """I², tau² and the p value of Q; empty for one study.

    >>> heterogeneity(pool_proportions([35, 12, 9], [75, 101, 91], method="DL"))
    'I² = 94.5%, tau² = 1.46, p < 0.001'
    """
    if pooled.n_studies == 1:
        return ""
    p = "p < 0.001" if pooled.q_p < 0.001 else f"p = {pooled.q_p:.3f}" if pooled.q_p < 0.1 else f"p = {pooled.q_p:.2f}"
    return f"I² = {pooled.i2:.1f}%, tau² = {pooled.tau2:.2f}, {p}"


def percent(proportion: float) -> str:
    """A proportion as percent with one decimal; never -0.0.

    >>> percent(0.1234), percent(-1e-9), percent(1.0)
    ('12.3', '0.0', '100.0')
    """
    return f"{abs(round(100 * proportion, 1)):.1f}"
