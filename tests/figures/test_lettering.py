"""Words in figures."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.figures.lettering import cut, extent, flowed, spread, wrapped
from allnlp.figures.output import font

Heights = st.lists(st.tuples(st.floats(0, 100), st.floats(0.5, 8)), max_size=12)


@given(Heights)
def test_spread_things_cover_one_another_never_and_keep_their_order(things: list[tuple[float, float]]) -> None:
    places, heights = [p for p, _ in things], [h for _, h in things]
    found = spread(places, heights, 0, 100)
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    for below, above in itertools.pairwise(order):
        assert found[above] - found[below] >= (heights[above] + heights[below]) / 2 - 1e-6
    if sum(heights) <= 100:
        assert all(h / 2 - 1e-6 <= f <= 100 - h / 2 + 1e-6 for f, h in zip(found, heights, strict=True))


def test_things_that_are_apart_stay_where_they_are() -> None:
    assert spread([10, 50, 90], [5, 5, 5], 0, 100) == pytest.approx([10, 50, 90])


@given(st.lists(st.floats(1, 30), max_size=20))
def test_flowed_things_stand_within_the_room(widths: list[float]) -> None:
    for (x, _), width in zip(flowed(widths, 40), widths, strict=True):
        assert x == 0 or x + width <= 40 + 1e-9


def test_lines_fit_and_what_is_cut_says_so() -> None:
    pytest.importorskip("matplotlib")
    letters = font(None, 8)
    text = "immune effector cell-associated neurotoxicity syndrome"
    for room in (12.0, 20.0, 35.0, 90.0):
        for most in (1, 2, 3):
            lines = wrapped(text, room, letters, most)
            assert len(lines) <= most
            assert all(extent(line, letters) <= room for line in lines)
            whole = "".join(lines).replace(" ", "") == text.replace(" ", "")
            assert whole != any("…" in line for line in lines)
    assert cut("fever", 100, letters) == "fever"
    assert wrapped("CAR T-cell therapy", 100, letters, 1) == ["CAR T-cell therapy"]
