"""How the parts of PubMed's XML become cells, however they are read."""

from __future__ import annotations

from collections.abc import Iterable

_LABELS_OF_NOTHING = frozenset(("UNLABELLED", "UNLABELED", ""))


def sections(parts: Iterable[tuple[str, str]]) -> str:
    """An abstract of the labels and texts of its sections: 'LABEL: text', joined by a space.

    >>> sections([("AIM", "To see."), ("UNLABELLED", "We saw."), ("END:", "")])
    'AIM: To see. We saw.'
    """
    told = []
    for label, text in parts:
        label = label.strip()
        if text and label.upper() not in _LABELS_OF_NOTHING:
            text = f"{label}{'' if label.endswith(':') else ':'} {text}"
        if text:
            told.append(text)
    return " ".join(told)


def date(year: str, month: str, day: str, other: str) -> str:
    """A date of its parts; an empty one is not there, ``other`` is a MedlineDate.

    >>> date("2020", "3", "", ""), date("2020", "Mar", "4", ""), date("", "", "", "2020 Spring")
    ('2020-3', '2020 Mar 4', '2020 Spring')
    """
    if not year:
        return other
    if not month:
        return year
    if month.isdigit():
        return f"{year}-{month}-{day}" if day else f"{year}-{month}"
    return f"{year} {month} {day}"


def full_name(last: str, fore: str, initials: str, suffix: str, collective: str) -> str:
    """An author's name of its parts.

    >>> full_name("Doe", "", "J", "Jr", ""), full_name("", "", "", "", "The Group")
    ('Doe, J Jr', 'The Group')
    """
    first = fore or initials
    if suffix:
        first = f"{first} {suffix}".lstrip()
    return f"{last}, {first}" if last and first else last or first or collective
