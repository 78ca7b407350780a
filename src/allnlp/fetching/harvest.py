"""What a database gave for a question, the same for every database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple


class Progress(NamedTuple):
    """How far a fetch is."""

    done: int  # records
    total: int  # records; 0 until the search is answered
    note: str = ""  # what is waited for, and why


Tell = Callable[[Progress], None]


class Found(NamedTuple):
    """What a search finds, before anything is fetched."""

    total: int
    translation: str  # the query as the database understood it
    warnings: tuple[str, ...]  # the database's own


class Harvest(NamedTuple):
    """Records that were fetched, and what is known of those that were not."""

    found: Found
    wanted: int  # what was found, or the limit
    fetched: int
    missing: tuple[str, ...]  # ids that the database lists and does not give
    unlisted: int  # records that the database counts and does not list
    searched: str  # when, in UTC
    searches: tuple[dict[str, Any], ...]  # term and count of each
    pieces: Iterable[bytes]  # of the output file, in order
