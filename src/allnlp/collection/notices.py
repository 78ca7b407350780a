"""What a record says of retractions and errata, in words; pure."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

#: Kinds of notices that a query can ask for, and the words of ``documents.notices`` that tell them; "retracted" is the record itself.
KINDS = MappingProxyType({"retracted": "", "retraction": "retraction of", "erratum": "erratum", "concern": "expression of concern", "republished": "republished"})


def notices_said(is_retracted: bool, notices: Iterable[str]) -> str | None:
    """Whether the record was retracted, and its notices, in a line; None where there is nothing to say.

    >>> notices_said(True, ["retraction in 123", "erratum in 45"]), notices_said(False, ["erratum in 45"]), notices_said(False, [])
    ('Retracted; retraction in 123; erratum in 45', 'Erratum in 45', None)
    """
    said = "; ".join([*(["retracted"] if is_retracted else []), *notices])
    return said[:1].upper() + said[1:] or None


def has_notice(kind: str, is_retracted: bool, notices: Iterable[str]) -> bool:
    """Whether a record has a notice of a kind of ``KINDS``.

    >>> has_notice("retracted", True, []), has_notice("erratum", False, ["erratum in 45"]), has_notice("retraction", True, ["retraction in 123"])
    (True, True, False)
    """
    return is_retracted if kind == "retracted" else any(KINDS[kind] in words for words in notices)
