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
    hits = lexicon.cue_automaton.find_matches_as_indexes(f" {folded} ", overlapping=True)
    kept = []
    held = bytearray(len(folded))
    for length, start, index in sorted([(start - end + 2, start, index) for index, start, end in hits]):
        end = start - length
        if held.find(1, start, end) < 0:
            held[start:end] = b"\x01" * -length
            kept.append((start, end, index))
    kept.sort()
    return [FoundCue(start, end, rule) for start, end, index in kept for rule in lexicon.cues[index]]
