"""The therapy that a number belongs to."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from allnlp.schema import Mention, Sentence, Study
from allnlp.text.link_names import Link

_SUPPORT = re.compile(
    r"tocilizumab|corticosteroid|dexamethasone|lymphodeplet|cyclophosphamide|fludarabine|bridging|immunoglobulin|leukapheresis|anakinra|siltuximab",
    re.IGNORECASE,
)


@functools.lru_cache(maxsize=4096)
def _is_support(name: str) -> bool:
    """Whether a therapy is given against toxicities or before the cells."""
    return _SUPPORT.search(name) is not None


_CLAUSE = re.compile(r"[;:]\s|,\s(?:and|while|whereas|with|but)\s")
_CLAUSE_ENDS = re.compile(r";|,\s(?:and|while|whereas|with|but)\s|\b(?:vs?\.?|versus|compared)\b")
_NO_THERAPY = re.compile(r"\b(?:placebo|controls?|standard|observation|best\ssupportive|no\s|non-|without)", re.IGNORECASE)


def link_therapy(
    even: str, s: Sentence, link: Link, here: Sequence[Mention], study: Study | None, group: str | None = None
) -> tuple[str | None, str | None, str | None]:
    """The therapy that a number belongs to (CURIE, name) and how that was decided.

    ``same_clause``: the only one, or the nearest after the number, between the bounds of its clause; ``same_sentence``: the only one studied that the
    sentence names; ``only_therapy``: the study has no other. Drugs against toxicities and lymphodepletion are none.
    """
    q = link.quantity
    studied = set(study.therapies) if study else set()
    given = [m for m in here if m.label == "THERAPY" and m.assertion not in ("historical", "hypothetical") and not _is_support(m.name)]
    named = [m for m in given if not studied or m.name in studied]
    if group is not None:  # an arm has its own therapy, also where that is none of those studied
        own = [m for m in named if m.text.lower() in group.lower() and f"non-{m.text.lower()}" not in group.lower()]
        own = own or [m for m in given if m.text.lower() == group.lower()]
        if own:
            best = max(own, key=lambda m: (len(m.text), -abs(m.start - q.start)))
            return best.concept_id, best.name, "same_clause"
        if _NO_THERAPY.search(group):
            return None, None, None
    if not named:
        return _only_studied(study)
    left = max((m.end() for m in _CLAUSE.finditer(even, s.start, q.start)), default=s.start)
    cut = _CLAUSE_ENDS.search(even, q.stop, s.end)
    right = cut.start() if cut else s.end
    clause = [m for m in named if left <= m.start and m.end <= right]
    after = [m for m in clause if m.start >= q.stop and m.start - q.stop < 60]
    if after:
        return after[0].concept_id, after[0].name, "same_clause"
    if len({m.name for m in clause}) == 1:
        return clause[0].concept_id, clause[0].name, "same_clause"
    if len({m.name for m in named}) == 1:
        return named[0].concept_id, named[0].name, "same_sentence"
    return None, None, None


def _only_studied(study: Study | None) -> tuple[str | None, str | None, str | None]:
    products = [(i, n) for i, n in zip(study.therapy_ids, study.therapies, strict=True) if not _is_support(n)] if study else []
    if len(products) != 1:
        return None, None, None
    return (products[0][0] if ":" in products[0][0] else None), products[0][1], "only_therapy"
