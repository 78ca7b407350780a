"""Cues of a text: words that change the assertion of mentions, or tell of harm by treatment."""

from __future__ import annotations

from typing import NamedTuple

from allnlp.text.lexicon import CueRule, Lexicon


class FoundCue(NamedTuple):
    """A cue where it stands, with one of its rules."""

    start: int
    end: int
    rule: CueRule


def find_cues(folded: str, lexicon: Lexicon) -> list[FoundCue]:
    """Cues of a folded text in order of place; of overlapping ones the longest."""
    hits = [
        (start, end - 2, lexicon.cues[index])
        for index, start, end in lexicon.cue_automaton.find_matches_as_indexes(f" {folded} ", overlapping=True)
    ]
    hits.sort(key=lambda h: (h[0] - h[1], h[0]))
    kept: list[tuple[int, int, tuple[CueRule, ...]]] = []
    held = bytearray(len(folded))
    for start, end, rules in hits:
        if held.find(1, start, end) < 0:
            held[start:end] = b"\x01" * (end - start)
            kept.append((start, end, rules))
    return sorted((FoundCue(s, e, rule) for s, e, rules in kept for rule in rules), key=lambda c: (c.start, c.end))
