"""What a hazard or odds ratio compares: two arms, or a factor that stands before its bracket."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from allnlp.schema import Mention, Sentence
from allnlp.text.link_names import Name
from allnlp.text.quantity_scan import Quantity

_FARTHEST = 150  # characters before a ratio that are looked at
_OPENED = re.compile(r"\s?[(\[](?P<inside>(?:[^()\[\]]|\([^()]*\)|\[[^\[\]]*\])*)$")  # the bracket that the ratio stands in
_OF_SIZES = re.compile(r"\s?[(\[]\s?[nN]\s?=[^()\[\]]*[)\]]")
_VERSUS = re.compile(r"\s(?:vs?\.?|versus|(?:as\s)?compared\s(?:with|to)|over|than)\s(?:(?:in|with|for|the|those|patients|who|that|of|received|receiving|given|treated)\s)*", re.IGNORECASE)
_RIGHT = re.compile(r"[^.;:,()\[\]%]{2,60}")
_LEFT = re.compile(r"\b(?:in|for|with|among|after|by|receiving|given|favou?r(?:s|ed|ing)?)\s(?:the\s)?(?P<g>(?:(?!\s(?:in|for|with|among|after|than)\s)[^.;,()\[\]%]){2,60})$", re.IGNORECASE)
_SUBJECT = re.compile(r"(?:^|[;:,]\s)(?:and\s|but\s|that\s)?(?P<g>[^.;:,()\[\]%]{3,60}?)\s(?:significantly\s)?(?:improved|prolonged|reduced|increased|decreased|lowered|extended|had|led|resulted|was|were|showed|demonstrated)\b", re.IGNORECASE)
#: before a factor: "associated with age, prior transplant (HR, 2.1) and high LDH (HR, 1.8)"
_BEFORE_FACTOR = re.compile(
    r"[,;:]\s(?:(?:and|or|as\swell\sas)\s)?|\b(?:and|or|includ(?:ed|es|ing|e)|were|are|was|by|with|for|in|among|that|while|whereas|but|analysis|models?)\s", re.IGNORECASE
)
_NO_FACTOR = re.compile(
    r"\b(?:was|were|is|are|had|has|have|improved?|increased?|decreased?|reduc\w+|longer|shorter|higher|lower|better|worse|superior|inferior|significan\w+|associat\w+|predict\w*"
    r"|difference|differed|benefit|gain|advantage|effect|similar|comparable|identical|equivalent|unchanged|found|seen|observed|shown|studies|trials|pooled|not|no|all|both|this|that|these|it|we|respectively|overall|ratio|rate|risk|median|survival|months|years|interval|variables|factors|covariates|both)\b",
    re.IGNORECASE,
)
#: numbers of two arms: "29.5 months for A versus 2.4 months for B"
_MEASURED = re.compile(r"\d\s?%|\d\s(?:months?|years?|weeks?|days?|mo)\b|\d\s(?:vs?\.?|versus)\s|not\sreached|\bNR\b")
_TWO_ARMS = re.compile(
    r"\d\s?(?:%|months?|years?|weeks?|days?)(?:\s?[(\[][^()\[\]]*[)\]])?\s(?:in|for|with|on|among)\s(?:the\s|those\s)?(?P<a>[^.;,()\[\]%\d][^.;,()\[\]%]{1,50}?)(?:\s?[(\[][^()\[\]]*[)\]])?,?"
    r"\s(?:and|vs?\.?|versus|compared\s(?:with|to)|as\scompared\s(?:with|to))\s[^;()\[\]]{0,30}?\d\s?(?:%|months?|years?|weeks?|days?)(?:\s?[(\[][^()\[\]]*[)\]])?\s(?:in|for|with|on|among)\s(?:the\s|those\s)?(?P<b>[^.;,()\[\]%]{2,50})$"
)
_EDGE = re.compile(r"^(?:(?:the|an?|those|patients|products|with)\s)+|\s(?:arms?|groups?|cohorts?)$", re.IGNORECASE)
_A_LETTER = re.compile(r"[A-Za-z]|\d+-\d*[A-Za-z]")


def ratio_group(even: str, s: Sentence, q: Quantity, name: Name, here: Sequence[Mention]) -> str | None:
    """The comparison or the factor of a ratio; None where the words do not say.

    >>> text = "Prior transplant (HR, 2.10) was a risk factor."
    >>> q = Quantity(18, 26, "hazard_ratio", 2.1, stop=26)
    >>> ratio_group(text, Sentence("d", 0, "other", 0, len(text)), q, Name(32, 36, "OUTCOME", None, "relapse", "present", 0), [])
    'Prior transplant'

    Args:
        even: the document as `plain.plain` gives it.
        s: the sentence.
        q: the ratio.
        name: what it is of.
        here: mentions of the sentence.
    """
    window = even[max(s.start, q.start - _FARTHEST) : q.start]
    if q.start - _FARTHEST > s.start:
        window = "%" + window[window.find(" ") :]  # at which no group begins
    opened = _OPENED.search(window)
    if opened is None:
        return None
    before = _OF_SIZES.sub("", window[: opened.start()])
    if _MEASURED.search(before) or _MEASURED.search(opened["inside"]):
        arms = _TWO_ARMS.search(before)
        return f"{_bare(arms['a'])} vs {_bare(arms['b'])}" if arms is not None else _comparison(before)
    outcomes = {even[m.start : m.end] for m in here if m.label == "OUTCOME"} | {even[name.start : name.end]}
    return _comparison(before) or _factor(before, outcomes)


def _bare(words: str) -> str:
    return _EDGE.sub("", words.strip())


def _comparison(before: str) -> str | None:
    """The two sides of the last comparison in words."""
    found = list(_VERSUS.finditer(before))
    right = _RIGHT.fullmatch(before, found[-1].end()) if found else None
    if right is None or not _A_LETTER.match(right.group()):
        return None
    left = _LEFT.search(before, 0, found[-1].start()) or _SUBJECT.search(before, 0, found[-1].start() + 1)
    if left is None or any(_NO_FACTOR.search(side) for side in (left["g"], right.group())):
        return None
    return f"{_bare(left['g'])} vs {_bare(right.group())}"


def _factor(before: str, outcomes: Collection[str]) -> str | None:
    """The words that stand right before the bracket, if they are a factor and no outcome."""
    at = max((m.end() for m in _BEFORE_FACTOR.finditer(before)), default=0 if len(before) < _FARTHEST - 5 else None)
    if at is None:
        return None
    words = _bare(before[at:])
    if not 3 <= len(words) <= 80 or words.endswith(tuple(outcomes)) or _NO_FACTOR.search(words) or not re.match(r"[\w<>=\u2265\u2264]", words):
        return None
    return words
