"""Findings: one row for each number of a toxicity or an outcome that a document reports.

Data flow: sentences with a name and a number -> grades and times (``grades``) and quantities (``quantities``) -> what each number is
of (``links``) -> grade, time, total, group and therapy of each -> rows, checked and completed for pooling (``pooling_cells``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from allnlp.schema import Finding, Mention, Sentence, Study
from allnlp.text.finding_checks import NO_GROUP, checked
from allnlp.text.finding_parts import grade_of, time_of
from allnlp.text.grades import Grade, Timepoint, find_grades, find_timepoints
from allnlp.text.groups import find_groups, is_compared, is_respective
from allnlp.text.link_frame import is_about_patients
from allnlp.text.link_names import Link, Name
from allnlp.text.links import link_quantities
from allnlp.text.number_places import any_stands, has_numbers, number_places
from allnlp.text.plain import holds, plain
from allnlp.text.quantities import counts_of_names, find_quantities
from allnlp.text.quantity_scan import Quantity
from allnlp.text.registry_text import is_registry_text
from allnlp.text.therapy_links import link_therapy
from allnlp.text.totals import is_scope, with_totals

_NAMED = ("TOXICITY", "OUTCOME", "EVENT")
_MEASURES = {"TOXICITY": "incidence", "OUTCOME": "rate", "EVENT": "rate"}
_TIME_NAMES = re.compile(r"surviv|duration|time to|progression|\bremission|response", re.IGNORECASE)
_SYSTEMS = re.compile(
    r"\b(?P<ctcae>CTCAE|Common\s(?:Terminology|Toxicity)\sCriteria)(?:[^.;]{0,45}?\b[vV](?:ersion)?\s?\.?(?P<v>\d(?:\.\d+)?))?|\b(?P<astct>ASTCT|American\sSociety\s(?:for|of)\sTransplantation\sand\sCellular)|\b(?P<lee>Lee\s(?:criteria|scale|grading|et\sal|20\d\d)|Lee['\u2019]s)"
    r"|\b(?P<penn>Penn(?:sylvania)?\s(?:grading|scale|criteria)|University\sof\sPennsylvania\s(?:grading|scale))|\b(?P<cartox>CARTOX)|\b(?P<seattle>Glucksberg)|\b(?P<nih>NIH\sconsensus\scriteria)|\b(?P<mskcc>MAGIC\scriteria)"
)
_SYSTEM_WORDS = ("CTC", "Common", "ASTCT", "American Society", "Lee", "Penn", "CARTOX", "Glucksberg", "NIH", "MAGIC")
_SYSTEM_NAMES = {
    "astct": "ASTCT",
    "lee": "Lee",
    "penn": "Penn",
    "cartox": "CARTOX",
    "seattle": "Glucksberg",
    "nih": "NIH consensus",
    "mskcc": "MAGIC",
}


def find_findings(
    doc_id: str, text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention], study: Study | None = None
) -> list[Finding]:
    """Findings of a document, in order of place; none of a registered trial, whose numbers are plans.

    >>> text = "Grade 3 or higher CRS occurred in 9 of 34 patients (26.5%)."
    >>> crs = Mention("1", 0, 0, 18, 21, "CRS", "TOXICITY", None, "mesh:D000080424", "cytokine release syndrome", "present", None, None, None, "", "")
    >>> [(f.concept, f.grade, f.value, f.n, f.total, f.is_consistent) for f in find_findings("1", text, [Sentence("1", 0, "results", 0, len(text))], [crs])]
    [('cytokine release syndrome', '>=3', 26.5, 9, 34, True)]

    Args:
        doc_id: stands in every row.
        text: the document.
        sentences: its sentences.
        mentions: its mentions.
        study: its study record; without it findings are linked to no "only therapy studied", and sizes are not completed.
    """
    is_preclinical = study is not None and study.study_type == "preclinical"
    named = {m.sentence for m in mentions if m.label in _NAMED}
    if holds(text, _EVENT_WORDS):
        named |= {n for n in {m.sentence for m in mentions if m.label == "DISEASE"} - named if _may_be_event(text, sentences[n])}
    if not named or is_registry_text(text):
        return []
    by_sentence: dict[int, list[Mention]] = {}
    for m in mentions:
        by_sentence.setdefault(m.sentence, []).append(m)
    even = ""
    rows: list[Finding] = []
    carried: Name | None = None
    pair: tuple[str, ...] = ()
    for s in sentences:
        if s.sentence not in named and carried is None:
            continue
        if not has_numbers(text, s.start, s.end):
            carried = _last(by_sentence.get(s.sentence, ())) or carried
            continue
        even = even or plain(text)
        here = by_sentence.get(s.sentence, [])
        if is_about_patients(even, s.start, s.end) and not (is_preclinical and "patient" not in even[s.start : s.end]):
            found = _of_sentence(doc_id, text, even, s, here, carried, study, pair)
            groups = tuple(dict.fromkeys(r.group for r in found if r.group and not r.measure.endswith("ratio")))
            pair = groups if len(groups) == 2 else pair
            rows += found
        carried = _last(here) or carried
    system = grading_system(text) if any(r.grade for r in rows) else None
    return [checked(r._replace(finding=i, grading_system=system if r.grade else None), study) for i, r in enumerate(rows)]


def grading_system(text: str) -> str | None:
    """The grading system that a document names, with its version.

    >>> grading_system("graded by CTCAE version 5.0"), grading_system("ASTCT consensus")
    ('CTCAE v5.0', 'ASTCT')
    """
    names: list[str] = []
    if not holds(text, _SYSTEM_WORDS):
        return None
    for m in _SYSTEMS.finditer(text):
        name = (f"CTCAE v{m['v']}" if m["v"] else "CTCAE") if m["ctcae"] else _SYSTEM_NAMES[m.lastgroup or ""]
        if name not in names:
            names.append(name)
    return "; ".join(names) or None


def _last(mentions: Sequence[Mention]) -> Name | None:
    """The last toxicity of a sentence: what "grade 3 in 5%" in the next one is of."""
    for m in reversed(mentions):
        if m.label == "TOXICITY":
            return _name(m)
    return None


def _name(m: Mention, even: str = "") -> Name:
    is_of_change = m.assertion == "negated" and _NO_CHANGE.search(even, max(0, m.start - 70), m.start) is not None
    label = "TOXICITY" if m.label == "DISEASE" else m.label
    curie, name = m.concept_id, m.name
    if name == "adverse event" and _SERIOUS.search(even, max(0, m.start - 40), m.start):
        curie, name = _SERIOUS_EVENT
    return Name(m.start, m.end, label, curie, name, "present" if is_of_change else m.assertion, m.mention)


#: "no significant increase in relapse (10 [17%] vs 6 [10%])" denies a change, not the event
_NO_CHANGE = re.compile(
    r"\b(?:no|not|without|nor|neither|did\snot)\s(?:[\w-]+\s){0,4}?(?:differ\w*|increas\w*|decreas\w*|higher|lower|improve\w*|benefit|change\w*|associat\w+|effect|advantage|superior\w*|inferior\w*|impact|better|worse|longer|shorter|reduc\w+)\b[^.;]{0,45}$",
    re.IGNORECASE,
)


#: the "fatal outcome" of an adverse event is a grade of it
#: what may follow a grade that is of the toxicity of the sentence before: "Grade 3 events occurred in 5%"
_IS_OF_EVENTS = re.compile(
    r"\s?(?:[,;:.()\[\]]|$|\d|(?:events?|cases?|toxicit(?:y|ies)|symptoms?|reactions?|episodes?|severity|in|was|were|is|occurr\w+|of|and|or|patients|disease|forms?|manifestations?)\b)",
    re.IGNORECASE,
)
_OF_EVENT = re.compile(r"\bevents?\s(?:with|that\shad)\s(?:an?\s)?(?:fatal\soutcomes?|outcome\sof\sdeath)$|\b(?:AEs?|events?)\s[^.;,]{0,30}with\san\soutcome\sof\sdeath$", re.IGNORECASE)
_ENDS_OF_EVENT = ("outcome", "outcomes", "death")
_ENDED = re.compile(r"\b(?:resolution|resolv\w+|recover\w+|improvement|improved|revers(?:ed|al)|subsided|disappear\w+)\b", re.IGNORECASE)
_LASTED = re.compile(r"\b(?:last(?:ed|ing)|duration|durable|maintained|sustained|ongoing)\b", re.IGNORECASE)
#: a sentence on what patients came with: "At diagnosis bleeding was present in 38%"
_AT_ENTRY = re.compile(
    r"\W*(?:[A-Z]{4,}:\s)?(?:At|Before|Prior\sto)\s(?:the\s)?(?:time\sof\s)?(?:initial\s)?(?:diagnosis|presentation|baseline|admission|enrol\w+|study\sentry|entry|onset|inclusion)\b(?!\s?[-\u2013])",
)
_BOUNDS = ("<", ">", "\u2264", "\u2265", "less than", "more than", "greater than", "higher than", "over", "at least")
_MEAN = re.compile(r"\b(?:mean|average)\b(?![^;]*\bmedian\b)", re.IGNORECASE)
_RESPONSE = re.compile(r"\b(?:remission|response)\b")
_TIMED = re.compile(r"duration|time to|surviv")
_SERIOUS = re.compile(r"\bserious\s(?:(?:treatment|drug)-(?:emergent|related)\s|related\s)?$", re.IGNORECASE)
_SERIOUS_EVENT = ("ncit:C41335", "serious adverse event")
_DURATION_OF_RESPONSE = ("allnlp:duration-of-response", "duration of response")


_MALIGNANT = re.compile(
    r"leuk|lymphom|myelo|cancer|carcin|tumou?r|neoplas|malignan|sarcom|blastom|melanom|gliom|metasta|\b(?:ALL|AML|CLL|CML|MDS)\b",
    re.IGNORECASE,
)
_ITS_INCIDENCE = re.compile(r"\s(?:incidence\b|(?:has\s|had\s)?(?:developed|occurred|was\sdiagnosed)\s(?:in|by)\b)", re.IGNORECASE)
_INCIDENCE_OF = re.compile(
    r"\b(?:(?:incidence|rates?|risk|odds)\sof|developed|experienced)\s(?:(?:a|an|the|new|severe|grade\s\d|[\w-]+)\s){0,2}$", re.IGNORECASE
)


_EVENT_WORDS = ("incidence", "developed", "occurred", "rate of", "rates of", "risk of", "odds of", "experienced", "was diagnosed")


def _may_be_event(text: str, s: Sentence) -> bool:
    return holds(text[s.start : s.end], _EVENT_WORDS)


def _is_event(even: str, s: Sentence, m: Mention) -> bool:
    """Whether a disease is told as something that happened to patients: "type 2 diabetes developed in 7%", "the incidence of fractures"."""
    if m.label != "DISEASE" or _MALIGNANT.search(m.name) or m.assertion in ("hypothetical", "historical"):
        return False
    return bool(_ITS_INCIDENCE.match(even, m.end, s.end) or _INCIDENCE_OF.search(even, max(s.start, m.start - 50), m.start))


def _of_sentence(
    doc_id: str, text: str, even: str, s: Sentence, here: Sequence[Mention], carried: Name | None, study: Study | None,
    pair: tuple[str, ...],
) -> list[Finding]:  # fmt: skip
    labels = {m.label for m in here}
    may_be_event = "DISEASE" in labels and _may_be_event(text, s)
    if not carried and not may_be_event and labels.isdisjoint(_NAMED):
        return []
    names = [
        _name(m, even)
        for m in here
        if (m.label in _NAMED or (may_be_event and _is_event(even, s, m)))
        and not (m.text.lower().endswith(_ENDS_OF_EVENT) and _OF_EVENT.search(even, max(s.start, m.start - 40), m.end))
    ]
    if not names and carried is None:
        return []
    low = even[s.start : s.end].lower()
    numbers = number_places(even, s.start, s.end, low)
    sizes = [m for m in here if m.subtype == "sample_size" and m.n is not None]
    if not sizes and not any_stands(even, numbers) and "thousand" not in low:
        return []
    grades = find_grades(even, s.start, s.end, low)
    if not names:
        grades_of_events = [g for g in grades if _IS_OF_EVENTS.match(even, g.end, s.end)]
        if carried is None or not grades_of_events:
            return []
        names = [carried._replace(start=s.start, end=s.start, mention=carried.mention)]
    times = find_timepoints(even, s.start, s.end, numbers, low)
    held = [(g.start, g.end) for g in grades] + [(t.start, t.end) for t in times if not _is_result(even, s, t)]
    times = [t for t in times if (t.start, t.end) in held]
    quantities = find_quantities(even, s.start, s.end, held=held, numbers=numbers, low=low)
    is_carried = names[0].end == s.start
    quantities = [q for q in quantities if not _is_denominator(even, q, sizes) and not (is_carried and q.kind.endswith("ratio"))]
    quantities = sorted(
        [*quantities, *counts_of_names(even, s.start, [(n.start, n.end) for n in names if n.label != "EVENT"], quantities, held, numbers)]
    )
    if not sizes and not any(q.kind not in ("none", "range") for q in quantities):
        return []
    links = link_quantities(even, s.start, s.end, names, quantities)
    links = [k for k in links if k.quantity.kind != "none" and _is_said(k) and not _is_of_own_verb(even, s, k)]
    links = [k for k in links if k.name.label != "TOXICITY" or not _AT_ENTRY.match(even, s.start, k.name.start)]
    links += _none_of(even, s, names, sizes, links)
    links = with_totals(even, s.start, s.end, links, sizes)
    groups = find_groups(text, even, s, links, here)
    if pair:
        groups = [g or _of_pair(k, links, pair, even) for k, g in zip(links, groups, strict=True)]
    rows = [_row(doc_id, text, even, s, k, links, group, names, grades, times, here, study) for k, group in zip(links, groups, strict=True)]
    return _with_times(even, rows, times)


def _of_pair(link: Link, links: Sequence[Link], pair: tuple[str, ...], even: str) -> str | None:
    """As in "A response occurred in 57% and 24%, respectively": the groups of the sentence before."""
    members = [k for k in links if k.group == link.group]
    if link.parts != 2 or len({k.name for k in members}) > 1 or not is_respective(max(k.quantity for k in members), even):
        return None
    return pair[link.place]


_ESTIMATED = re.compile(r"surviv|relapse|mortality|disease progression")
_NEXT_CLAUSE = re.compile(r"[)\]]?[^;.]{0,60};\s(?:and\s)?(?:[\w-]+\s){0,6}")


def _with_times(even: str, rows: Sequence[Finding], times: Sequence[Timepoint]) -> list[Finding]:
    """As in "a 3-year OS of 60% and PFS of 41%": the second survival has the time of the first; the only time of a sentence is of all that follow."""
    out = list(rows)
    first = next((i for i, r in enumerate(rows) if r.timepoint is not None and r.measure == "rate" and _ESTIMATED.search(r.concept)), None)
    if first is not None and len(times) == 1 and times[0].end <= rows[first].start + 30:
        for i, row in enumerate(rows[first + 1 :], first + 1):
            is_joined = out[i - 1].timepoint is not None and (row.start < out[i - 1].end or _NEXT_CLAUSE.fullmatch(even, out[i - 1].end, row.start))
            if is_joined and row.timepoint is None and row.measure == "rate" and _ESTIMATED.search(row.concept):
                out[i] = row._replace(timepoint=rows[first].timepoint, timepoint_months=rows[first].timepoint_months)
    for i, row in enumerate(rows[1:], 1):
        before = out[i - 1]
        is_alike = row.measure == before.measure == "rate" and "surviv" in row.concept and "surviv" in before.concept
        is_same = row.concept == before.concept and row.start < before.end
        if is_alike and row.timepoint is None and before.timepoint is not None and (is_same or re.fullmatch(r"[^;.]{0,30}(?:\band|,)\s(?:an?\s|the\s)?", even[before.end : row.start])):
            out[i] = row._replace(timepoint=before.timepoint, timepoint_months=before.timepoint_months)
    return out


def _none_of(even: str, s: Sentence, names: Sequence[Name], sizes: Sequence[Mention], links: Sequence[Link]) -> list[Link]:
    """As in "Among the first 19 patients, no dose-limiting toxicities were observed": 0 of 19."""
    out = []
    for name in names:
        if name.assertion != "negated" or name.label != "TOXICITY" or any(k.name == name for k in links):
            continue
        said = re.search(r"\b(?:no|none)\s(?:[\w-]+\s){0,3}$", even[s.start : name.start])
        scope = (
            next((m for m in sizes if m.end <= name.start and m.n is not None and is_scope(even, s.start, m, s.start + said.start())), None)
            if said
            else None
        )
        if said and scope is not None:
            start = s.start + said.start()
            out.append(Link(Quantity(start, start + 2, "share", n=0, total=scope.n, stop=start + 2, noun=True), name, "none"))
    return out


def _is_result(even: str, s: Sentence, t: Timepoint) -> bool:
    """As in "a median of 6 months" and "for 17 weeks" are results; "at 6 months" is not."""
    return bool(re.search(r"\b(?:median|mean)\b[^.;,]{0,40}$", even[max(s.start, t.start - 45) : t.start])) and not re.match(
        r"(?:at|by|within)\b", even[t.start : t.end]
    )


_REPORTED_IN = re.compile(
    r"\b(?:reported|occurred|seen|observed|noted|developed|recorded|experienced|detected|diagnosed)\s(?:in|by|among)\s(?:\w+\sand\s)?$",
    re.IGNORECASE,
)
_HAPPENED_TO = re.compile(r"(?:\s(?!who\b|were\b|with\b)[\w/+-]+){0,14}?\s(?:had\s)?(?:died|relapsed|progressed)\b", re.IGNORECASE)


def _is_denominator(even: str, q: Quantity, sizes: Sequence[Mention]) -> bool:
    """A count that is the size of a group: "Among 225 patients", "81 patients were treated"; not "was seen in 81 patients", "81 patients died"."""
    if q.kind != "count":
        return False
    own = next((m for m in sizes if m.start < q.end and q.start < m.end), None)
    if own is None or _REPORTED_IN.search(even, max(0, q.start - 30), q.start):
        return False
    return not (own.role != "total" and _HAPPENED_TO.match(even, own.end))


def _is_said(link: Link) -> bool:
    """Whether a link reports: aims do not; "30% did not respond" is no response rate."""
    q, name = link.quantity, link.name
    if name.assertion == "negated" and name.label != "TOXICITY" and not (q.n == 0 or q.value == 0):
        return q.kind in ("hazard_ratio", "odds_ratio", "risk_ratio", "time")
    return not (q.kind == "count" and q.n == 0)


#: "up to 50% of patients become refractory", "30% of the patients were women" opens a clause of its own
_CLAUSE_OPENS = re.compile(r"[,;]\s(?:(?:and|but|while|whereas|with)\s)?(?:(?:up\sto|approximately|about|only|nearly|almost|more\sthan|less\sthan|at\sleast)\s)?$")
_OWN_VERB = re.compile(
    r"\s?of\s(?:the\s|all\s|these\s|our\s)?(?:patients|pts|children|adults|cases|individuals|them)\s(?:become|becomes|became|are|were|have|had|received?|underwent|required?|need(?:ed)?|discontinu\w+|present(?:ed)?)\b"
)


def _is_of_own_verb(even: str, s: Sentence, link: Link) -> bool:
    """Whether a share is the subject of a clause that says something else than the name before it."""
    q = link.quantity
    return (
        q.kind == "share"
        and link.name.end <= q.start
        and _CLAUSE_OPENS.search(even, max(s.start, q.start - 20), q.start) is not None
        and _OWN_VERB.match(even, q.end, s.end) is not None
    )


def _row(
    doc_id: str, text: str, even: str, s: Sentence, link: Link, links: Sequence[Link], group: str | None, names: Sequence[Name], grades: Sequence[Grade],
    times: Sequence[Timepoint], here: Sequence[Mention], study: Study | None,
) -> Finding:  # fmt: skip
    q, name = link.quantity, link.name
    label = "OUTCOME" if name.label == "EVENT" else name.label
    measure = q.kind if q.kind.endswith("ratio") else "median" if q.kind == "time" else _MEASURES[label]
    if measure == "rate" and q.value is None and q.total is None:
        measure = "count"
    near = even[min(name.start, q.start) : max(name.end, q.start)]
    if measure == "incidence" and _ENDED.search(near):
        measure = "rate"  # of those who had it
    if (
        measure == "median"
        and _RESPONSE.search(name.name)
        and not _TIMED.search(name.name)
        and _LASTED.search(even[max(s.start, min(name.start, q.start) - 40) : q.start])
    ):
        name = name._replace(curie=_DURATION_OF_RESPONSE[0], name=_DURATION_OF_RESPONSE[1])
    grade = grade_of(even, link, links, names, grades) if label == "TOXICITY" else None
    if (
        name.assertion == "negated"
        and label == "TOXICITY"
        and measure == "incidence"
        and q.n != 0
        and q.value != 0
        and link.rule == "subject"
    ):
        grade = Grade(q.start, q.start, "0", 0, 0)
    time = time_of(even, link, links, times, names)
    start, end = min(name.start, q.start, grade.start if grade and 0 <= name.start - grade.end < 40 else name.start), max(name.end, q.stop)
    if name.start < s.start or end - start > 300:
        start, end = q.start, q.stop
    opens = text[start:end].count("(") - text[start:end].count(")")
    if opens > 0 and text[end : end + 1] in (")", "]"):
        end += 1
    therapy = link_therapy(even, s, link, here, study, group)
    reason = f"a bound: {q.sign}{' ' if q.sign.isascii() and len(q.sign) > 1 else ''}{q.value:g}" if q.sign in _BOUNDS and q.value is not None else None
    if measure == "median" and (_MEAN.search(even, max(s.start, q.start - 40), q.start) or "\u00b1" in even[q.start : q.end]):
        reason = "; ".join([*([reason] if reason else []), "a mean, no median"])
    if grade is not None and any(sign in even[grade.start : grade.end] for sign in "\ufffd$"):
        reason = "; ".join([*([reason] if reason else []), "the sign before the grade cannot be read"])
    if group is None and is_compared(link, links, even):
        reason = "; ".join([*([reason] if reason else []), NO_GROUP])
    is_shown = name.mention if name.label != "EVENT" or name.mention is not None else None
    return Finding(
        doc_id=doc_id, finding=0, sentence=s.sentence, mention=is_shown, label=label, concept_id=name.curie, concept=name.name, measure=measure,
        grade=grade.grade if grade else None, grade_min=grade.low if grade else None, grade_max=grade.high if grade else None,
        grading_system=None, value=q.value, unit=q.unit, n=q.n, total=q.total, ci_low=q.ci_low, ci_high=q.ci_high, ci_level=q.ci_level,
        p_value=q.p_value, p_sign=q.p_sign, timepoint=time.name if time else None, timepoint_months=time.months if time else None,
        group=group, therapy_id=therapy[0], therapy=therapy[1], therapy_link=therapy[2], n_events=None, n_patients=None,
        percent=None, derived=None, start=start, end=end, evidence=text[start:end], is_consistent=None, needs_review=reason is not None,
        review_reason=reason, rule=f"findings:{link.rule}",
    )  # fmt: skip
