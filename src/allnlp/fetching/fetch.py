"""A question to a database becomes a file of records, or says what is missing."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from allnlp.errors import NothingFound, OptionError
from allnlp.fetching import europepmc, pubmed
from allnlp.fetching.connection import PACE, Connection, Pace
from allnlp.fetching.harvest import Found, Progress, Tell
from allnlp.fetching.output import finished, write_output
from allnlp.fetching.question import Question, as_record, command_of, form_of, question
from allnlp.fetching.unfinished import Unfinished, folder_of, kept_plan, take_away_leftover

log = logging.getLogger("allnlp.fetching")
BATCH = {"pubmed": 500, "europepmc": 200}  # records a request; those of Europe PMC are larger
_NAMES = {"pubmed": "PubMed", "europepmc": "Europe PMC"}


class Fetched(NamedTuple):
    """What a fetch left."""

    out: Path
    found: int  # by the search
    wanted: int  # what was found, or the limit
    fetched: int
    missing: tuple[str, ...]  # ids that the database lists and does not give
    unlisted: int  # records that the database counts and does not list
    translation: str  # the query as the database understood it
    warnings: tuple[str, ...]
    searched: str  # when, in UTC
    is_new: bool  # False where the file already held all this

    @property
    def is_whole(self) -> bool:
        """Whether every record that is wanted is in the file."""
        return not self.missing and not self.unlisted


def _silent(_: Progress) -> None:
    """Tell nobody."""


def fetch_records(
    query: str,
    out: str | Path,
    *,
    database: str = "pubmed",
    since: str | None = None,
    until: str | None = None,
    date_type: str = "pdat",
    limit: int | None = None,
    overwrite: bool = False,
    api_key: str | None = None,
    email: str | None = None,
    address: str | None = None,
    batch_size: int | None = None,
    pace: Pace = PACE,
    progress: Tell = _silent,
) -> Fetched:
    """Every record that a query finds, in one file that the readers read; written whole or not at all.

    What is fetched before an interruption is kept beside the file; the same call goes on with it, and ends in the same bytes.

    Args:
        query: as it would be typed on the page of the database.
        out: .xml, .nbib or .txt of PubMed, .json of Europe PMC; each also with .gz.
        database: pubmed or europepmc.
        since: first year, month or day.
        until: last year, month or day.
        date_type: pdat (published), edat (entered into the database) or mdat (changed).
        limit: the first so many records.
        overwrite: replace a file that holds something else, or fetch the same again.
        api_key: of NCBI; else the environment's NCBI_API_KEY.
        email: where NCBI finds you; else NCBI_EMAIL.
        address: of another server; else ALLNLP_EUTILS_URL or ALLNLP_EUROPEPMC_URL.
        batch_size: records a request.
        pace: waits, tries and clock.
        progress: is called after every batch and while waiting.

    Raises:
        OptionError: an option has a value that it cannot have, or the file is there and holds something else.
        NothingFound: the search finds no record.
        ReadError: the database does not answer, or not with what was asked for.
        FolderError: another run fetches into the same file.
    """
    asked = question(query, database=database, since=since, until=until, date_type=date_type, limit=limit)
    out = Path(out)
    form, is_packed = form_of(out, database)
    if batch_size is not None and batch_size < 1:
        raise OptionError(f"batch_size is {batch_size}. Give at least 1.")
    said: list[Progress] = [Progress(0, 0)]
    connection, who = _connected(asked, api_key, email, address, pace, lambda note: tell(said[-1]._replace(note=note)))

    def tell(state: Progress) -> None:
        said[-1] = state
        progress(state)

    identity = {"question": as_record(asked), "address": connection.address, "form": form}
    is_begun = kept_plan(folder_of(out), identity) is not None
    if not is_begun and out.exists() and not overwrite:
        return _already(out, identity)
    with Unfinished(out, identity) as work:
        if is_begun:
            connection.wait_as_after_requests()
        size = batch_size or BATCH[database]
        if database == "pubmed":
            harvest = pubmed.fetch_pubmed(connection, asked, form, work, who, batch_size=size, tell=tell)
        else:
            harvest = europepmc.fetch_europepmc(connection, asked, work, batch_size=size, tell=tell)
        if isinstance(harvest, Found):
            raise NothingFound(_nothing(asked, harvest))
        write_output(out, harvest, identity, command_of(asked, out), is_packed=is_packed, work=work.folder)
        work.finish()
    return Fetched(
        out, harvest.found.total, harvest.wanted, harvest.fetched, harvest.missing, harvest.unlisted, harvest.found.translation,
        harvest.found.warnings, harvest.searched, True,
    )  # fmt: skip


def count_records(
    query: str,
    *,
    database: str = "pubmed",
    since: str | None = None,
    until: str | None = None,
    date_type: str = "pdat",
    api_key: str | None = None,
    email: str | None = None,
    address: str | None = None,
    pace: Pace = PACE,
) -> Found:
    """How many records a query finds, and how the database understands it; nothing is fetched. Arguments as of `fetch_records`.

    Raises:
        OptionError: an option has a value that it cannot have.
        NothingFound: the search finds no record.
        ReadError: the database does not answer.
    """
    asked = question(query, database=database, since=since, until=until, date_type=date_type, limit=None)
    connection, who = _connected(asked, api_key, email, address, pace, log.info)
    found = pubmed.count_pubmed(connection, asked, who) if database == "pubmed" else europepmc.count_europepmc(connection, asked)
    if not found.total:
        raise NothingFound(_nothing(asked, found))
    return found


def _connected(
    asked: Question, api_key: str | None, email: str | None, address: str | None, pace: Pace, tell: Callable[[str], None]
) -> tuple[Connection, Mapping[str, str]]:  # fmt: skip
    if asked.database == "europepmc":
        place = address or os.environ.get("ALLNLP_EUROPEPMC_URL") or europepmc.ADDRESS
        return Connection(place, rate=europepmc.RATE, pace=pace, tell=tell), {}
    key, mail = (api_key or os.environ.get("NCBI_API_KEY") or "").strip(), (email or os.environ.get("NCBI_EMAIL") or "").strip()
    who = {"tool": "allnlp", **({"email": mail} if mail else {}), **({"api_key": key} if key else {})}
    place = address or os.environ.get("ALLNLP_EUTILS_URL") or pubmed.ADDRESS
    return Connection(place, rate=pubmed.RATE_WITH_KEY if key else pubmed.RATE, pace=pace, tell=tell), who


def _already(out: Path, identity: Mapping[str, Any]) -> Fetched:
    record = finished(out, identity)
    if record is None:
        raise OptionError(f"{out}: is there, and holds something else. Give another file, or --overwrite.")
    take_away_leftover(out)
    return Fetched(
        out, record["found"], record["wanted"], record["fetched"], tuple(record["missing"]), record["unlisted"], record["translation"],
        tuple(record["warnings"]), record["searched"], False,
    )  # fmt: skip


def _nothing(asked: Question, found: Found) -> str:
    name = _NAMES[asked.database]
    own = f" {name} says: {'; '.join(found.warnings)}." if found.warnings else ""
    return f"{name} finds nothing for {asked.query!r}.{own} Check the spelling, the quotation marks and the dates.".replace("..", ".")
