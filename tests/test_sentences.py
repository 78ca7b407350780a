"""Every bracketed line of tests/sentences is a test: just these spans, with these names and attributes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from allnlp.schema import LABELS, Mention
from allnlp.text import Lexicon, annotate_text

FOLDER = Path(__file__).parent / "sentences"


class Line(NamedTuple):
    """A line without its brackets, and what they said: (start, end) -> braces."""

    text: str
    marks: dict[tuple[int, int], str]


def parse(line: str) -> Line:
    text: list[str] = []
    opened: list[int] = []
    marks: dict[tuple[int, int], str] = {}
    i = 0
    while i < len(line):
        if line[i] == "[":
            opened.append(len(text))
        elif line[i] == "]":
            brace = re.match(r"\{([^}]*)\}", line[i + 1 :])
            marks[opened.pop(), len(text)] = brace.group(1) if brace else ""
            i += brace.end() if brace else 0
        else:
            text.append(line[i])
        i += 1
    assert not opened, f"unbalanced brackets: {line}"
    return Line("".join(text), marks)


def lines(name: str) -> list[str]:
    content = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    return [line for line in content if line.strip() and not line.startswith("#")]


def shown(text: str, spans: set[tuple[int, int]]) -> str:
    return ", ".join(f"[{text[a:b]}]" for a, b in sorted(spans))


def attributes(braces: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in braces.split(";") if "=" in pair)


def is_named(mention: Mention, braces: str) -> bool:
    if "=" not in braces:
        return not braces or mention.name.lower() == braces.lower()
    for key, value in attributes(braces).items():
        found = getattr(mention, key)
        if key.startswith(("age", "n")) and key != "name":
            if found is None or abs(float(found) - float(value)) > 0.01:
                return False
        elif str(found).lower() != value.lower():
            return False
    return True


@pytest.mark.parametrize(("name", "line"), [(label.lower(), line) for label in LABELS for line in lines(label.lower())])
def test_sentence_has_just_these_mentions(name: str, line: str, lexicon: Lexicon) -> None:
    text, marks = parse(line)
    found = {(m.start, m.end): m for m in annotate_text("", text, lexicon).mentions if m.label == name.upper()}
    assert set(found) == set(marks), (
        f"missed {shown(text, set(marks) - set(found))} spurious {shown(text, set(found) - set(marks))}"
    )
    for place, braces in marks.items():
        assert is_named(found[place], braces), f"{found[place].name!r} {found[place]} is not {braces!r}"


@pytest.mark.parametrize("line", lines("assertion"))
def test_sentence_has_just_these_assertions(line: str, lexicon: Lexicon) -> None:
    text, marks = parse(line)
    mentions = [m for m in annotate_text("", text, lexicon).mentions if m.label in LABELS]
    found = {(m.start, m.end): m.assertion for m in mentions if m.assertion != "present"}
    assert found == marks, f"{ {text[a:b]: v for (a, b), v in found.items()} } is not { {text[a:b]: v for (a, b), v in marks.items()} }"
