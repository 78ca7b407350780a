"""A registered trial as a document: its fields become sentences, so that whatever is read from it has a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple

from allnlp.readers.record import Row, clean, failure, is_nothing, record, trial_ids

_SUMMARY, _DETAIL = "BRIEF SUMMARY", "DETAILED DESCRIPTION"
_ROMAN = MappingProxyType({1: "I", 2: "II", 3: "III", 4: "IV"})
_NUMBER_OF = MappingProxyType({"1": 1, "2": 2, "3": 3, "4": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4})
_PHASE = re.compile(r"(?<![a-z])(?:phase[\s_-]*)?(iv|i{1,3}|[1-4])(?![a-z0-9])", re.IGNORECASE)
_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*(year|month|week|day|hour|minute|y|m|w|d)", re.IGNORECASE)
_GROUP_SIZE = re.compile(r"[^:;]*:\s*(\d{1,6})\s*")
_UNITS = MappingProxyType({"y": "years", "m": "months", "w": "weeks", "d": "days", "h": "hours"})
_MODELS = MappingProxyType({"single group": "single-group", "parallel": "parallel-group", "crossover": "crossover", "cross-over": "crossover",
                            "sequential": "sequential", "factorial": "factorial"})  # fmt: skip
_MASKS = MappingProxyType({"none": "open-label", "single": "single-masked", "double": "double-masked", "triple": "triple-masked",
                           "quadruple": "quadruple-masked"})  # fmt: skip
# ClinicalTrials.gov writes Markdown: "age \\>= 18"
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!<>~&|=^-])")
_UNSAID = frozenset(("", "na", "n/a", "other", "not applicable", "null", "not specified", "not selected", "none selected"))


class Design(NamedTuple):
    """What a registry says of a trial's design, in its own words or codes."""

    kind: str = ""  # interventional, observational, expanded access
    phase: str = ""
    allocation: str = ""
    model: str = ""
    masking: str = ""
    purpose: str = ""
    time: str = ""  # prospective, retrospective, cross-sectional
    is_registry: bool = False
    note: str = ""  # what it says in free text


class Who(NamedTuple):
    """Who may take part."""

    groups: tuple[str, ...] = ()  # child, adult, older adult
    low: str = ""
    high: str = ""
    sex: str = ""
    criteria: str = ""


class Trial(NamedTuple):
    """A trial as a registry has it; sections are lines."""

    number: str
    title: str
    registry: str = "ClinicalTrials.gov"
    summary: str = ""
    detail: str = ""
    conditions: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    design: Design = Design()
    enrollment: str = ""
    enrollment_kind: str = ""  # actual, estimated
    who: Who = Who()
    primary: tuple[str, ...] = ()
    secondary: tuple[str, ...] = ()
    arms: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()  # from best to worst
    revised: str = ""
    keywords: tuple[str, ...] = ()
    mesh_terms: tuple[str, ...] = ()
    registrations: tuple[str, ...] = ()
    other_ids: tuple[str, ...] = ()


def trial_row(trial: Trial, *, source_file: str, source_record: int) -> Row:
    """The Document of a trial, or a Failure where it has neither number nor title."""
    number = clean(trial.number)
    if not number and not trial.title:
        error = "the trial has neither a registration nor a title; expected both. Export it again"
        return failure(source_file, source_record, error)
    kind = "Observational Study" if trial.design.kind.lower().startswith("observ") else ""
    return record(
        source_file=source_file,
        source_record=source_record,
        title=clean(trial.title),
        abstract=trial_text(trial),
        record_id=number,
        journal=trial.registry,
        dates=trial.dates,
        publication_types=("Clinical Trial Registration", kind, *(f"Clinical Trial, Phase {_ROMAN[n]}" for n in phases(trial.design.phase))),
        mesh_terms=trial.mesh_terms,
        keywords=trial.keywords,
        trials=(number, *trial.registrations),
        other_ids=[name for name in trial.other_ids if not trial_ids([name])],
        revised=trial.revised,
        expected="a registration and a title",
    )


def trial_text(trial: Trial) -> str:
    r"""Sections of a trial as 'LABEL: text', a line each; items of a section are lines of their own.

    >>> print(trial_text(Trial("NCT00000000", "A", conditions=("Leukemia",), enrollment="97", enrollment_kind="ACTUAL")))
    CONDITIONS: Leukemia.
    ENROLLMENT: 97 participants (actual).
    REGISTRATION: NCT00000000.
    """
    sections = (
        (_SUMMARY, (trial.summary,)),
        (_DETAIL, (trial.detail,)),
        ("CONDITIONS", ("; ".join(trial.conditions),)),
        ("INTERVENTIONS", trial.interventions),
        ("DESIGN", (design_sentence(trial.design), trial.design.note)),
        ("ENROLLMENT", (enrollment_words(trial.enrollment, trial.enrollment_kind),)),
        ("ELIGIBILITY", (who_sentence(trial.who), _lines(trial.who.criteria))),
        ("PRIMARY OUTCOMES", trial.primary),
        ("SECONDARY OUTCOMES", trial.secondary),
        ("ARMS", trial.arms),
        ("REGISTRATION", ("; ".join((trial.number, *trial_ids(trial.registrations))),) if trial.number else ()),
    )
    parts = []
    for label, items in sections:
        lines = [_closed(text) for item in items if (text := _lines(item)) and not is_nothing(text)]
        if lines:
            parts.append(f"{label}: " + "\n".join(lines))
    return "\n".join(parts)


def enrollment_words(size: str, kind: str) -> str:
    """The number of participants, and whether it is planned; the sum where groups are listed, text that is no number as it stands.

    >>> enrollment_words("97", "ACTUAL"), enrollment_words("Group A:20;Group B:20;", "target size"), enrollment_words("", "ACTUAL")
    ('97 participants (actual)', '40 participants (target size)', '')
    """
    size, told = clean(size).removesuffix(".0"), kind.strip().lower()
    groups = [_GROUP_SIZE.fullmatch(part) for part in size.split(";") if part.strip()]
    if size and not size.isdigit() and all(groups):
        size = str(sum(int(group[1]) for group in groups if group))
    note = f" ({told})" if size and told else ""
    return f"{size} participant{'s' * (size != '1')}{note}" if size.isdigit() else f"{size}{note}"


def design_sentence(design: Design) -> str:
    """One sentence on what kind of study it is; empty where nothing is said.

    >>> design_sentence(Design("INTERVENTIONAL", "PHASE1|PHASE2", "NON_RANDOMIZED", "SINGLE_GROUP", "NONE", "TREATMENT"))
    'This is an interventional, non-randomized, single-group, open-label phase 1/2 trial; its purpose is treatment'
    >>> design_sentence(Design("OBSERVATIONAL", model="COHORT", time="PROSPECTIVE"))
    'This is an observational, prospective cohort study'
    """
    kind = _words(design.kind).removesuffix(" study")
    if not kind:
        return ""
    if kind.startswith("expanded"):
        return "This is an expanded access program"
    number = "/".join(map(str, phases(design.phase)))
    early = " (early)" if "early" in _words(design.phase) else ""
    model, mask = _words(design.model), _words(design.masking).partition(" ")[0].rstrip(",:(")
    noun = f"phase {number}{early} trial" if number else "study"
    traits = []
    if kind.startswith("interv"):
        noun = noun if number else "trial"
        masked = _MASKS.get(mask, "open-label" if "open" in mask else "")
        traits = [trait for trait in (_known(_words(design.allocation)), _first(_MODELS, model), masked) if trait]
    elif kind.startswith("observ"):
        traits = [trait for trait in (_known(_words(design.time)),) if trait]
        noun = "patient registry" if design.is_registry or "registry" in f"{model} {kind}" else f"{_known(model)} study".strip()
        kind = "observational"
    purpose = _known(_words(design.purpose))
    end = f"; its purpose is {purpose}" if purpose else ""
    return f"This is {'an' if kind[0] in 'aeiou' else 'a'} {', '.join([kind, *traits])} {noun}{end}"


def who_sentence(who: Who) -> str:
    """One sentence on the ages and the sex of those who may take part; empty where nothing is said.

    >>> who_sentence(Who(("CHILD", "ADULT"), "3 Years", "25 Years", "ALL"))
    'Eligible are children and adults aged 3 years to 25 years, of any sex'
    >>> who_sentence(Who(("ADULT", "OLDER_ADULT"), "18 Years", "", "FEMALE"))
    'Eligible are adults aged 18 years or older, female only'
    """
    groups = {_words(group) for group in who.groups}
    names = ["children"] * ("child" in groups) + ["adults"] * ("adult" in groups)
    if groups == {"older adult"}:
        names = ["older adults"]
    low, high = _age(who.low), _age(who.high)
    age = f" aged {low} to {high}" if low and high else f" aged {low} or older" if low else f" aged {high} or younger" if high else ""
    sex = {"all": ", of any sex", "both": ", of any sex"}.get(_words(who.sex), f", {_words(who.sex)} only" if _words(who.sex) in ("male", "female") else "")
    if not (names or age or sex):
        return ""
    return f"Eligible are {' and '.join(names) or 'participants'}{age}{sex}"


def phases(text: str) -> tuple[int, ...]:
    """Numbers of the phases that a registry names.

    >>> phases("PHASE1|PHASE2"), phases("Phase II/III"), phases("EARLY_PHASE1"), phases("N/A"), phases("2-3")
    ((1, 2), (2, 3), (1,), (), (2, 3))
    """
    found = (_NUMBER_OF[m[1].lower()] for m in _PHASE.finditer(text.replace("_", " ")))
    return tuple(dict.fromkeys(found))


def outcome(measure: str, time: str = "", description: str = "") -> str:
    """One line on an outcome that is to be measured.

    >>> outcome("Overall survival", "2 years", "From infusion to death.")
    'Overall survival (time frame: 2 years): From infusion to death.'
    """
    return _headed(clean(measure), [f"time frame: {clean(time).rstrip('.')}"] if time else [], description)


def intervention(name: str, kind: str = "", description: str = "", others: Sequence[str] = ()) -> str:
    """One line on an intervention.

    >>> intervention("Anakinra", "DRUG", "100 mg daily", ["Kineret"])
    'Anakinra (drug; also called Kineret): 100 mg daily'
    """
    also = ", ".join(clean(other) for other in others if clean(other).lower() != name.strip().lower())
    return _headed(clean(name), [_known(_words(kind)), f"also called {also}" if also else ""], description)


def arm(label: str, kind: str = "", description: str = "") -> str:
    """One line on an arm.

    >>> arm("Cells", "EXPERIMENTAL", "One infusion")
    'Cells (experimental): One infusion'
    """
    return _headed(clean(label), [_known(_words(kind))], description)


def _headed(name: str, about: Sequence[str], description: str) -> str:
    notes = "; ".join(note for note in about if note)
    head = f"{name} ({notes})" if name and notes else name or notes
    text = clean(description)
    return f"{head}: {text}" if head and text and text != name else head or text


def _words(code: str) -> str:
    """A registry's code in words: NON_RANDOMIZED is non-randomized."""
    words = code.replace("_", " ").strip().lower()
    return words.replace("non randomized", "non-randomized").replace("cross sectional", "cross-sectional").removesuffix(" assignment")


def _known(words: str) -> str:
    return "" if words in _UNSAID else words


def _first(names: MappingProxyType[str, str], words: str) -> str:
    return next((name for key, name in names.items() if words.startswith(key)), "")


def _age(text: str) -> str:
    found = _AGE.match(text.strip())
    if not found or float(found[1]) == 0:
        return ""
    unit = _UNITS.get(found[2][0].lower(), "") if found[2].lower() != "minute" else "minutes"
    return f"{found[1]} {unit.removesuffix('s') if found[1] == '1' else unit}"


def _lines(text: str) -> str:
    r"""Text whose blanks are one space each and whose line ends stay, without empty lines and Markdown's escapes.

    >>> _lines("* Age \\>= 18\n\n* ECOG  0")
    '* Age >= 18\n* ECOG 0'
    """
    return "\n".join(line for line in map(clean, _ESCAPED.sub(r"\1", text).replace("\r", "\n").split("\n")) if line)


def _closed(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":", ";")) else text + "."
