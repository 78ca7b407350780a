"""PubMed by its E-utilities: lists of PMIDs by ESearch, records by EFetch, each batch checked against the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from allnlp.errors import ReadError
from allnlp.fetching.connection import Connection
from allnlp.fetching.faults import Fault
from allnlp.fetching.harvest import Found, Harvest, Progress, Tell
from allnlp.fetching.question import Question
from allnlp.fetching.records import Records, medline_document, medline_records, xml_document, xml_records
from allnlp.fetching.search import Search, read_search
from allnlp.fetching.unfinished import Unfinished
from allnlp.fetching.windows import MOST, searches_of

ADDRESS = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
RATE, RATE_WITH_KEY = 3, 10  # requests a second that NCBI allows
_ROUNDS = 3  # how often a record is asked for that an answer lacks
_HISTORY_TRIES = 2  # the history may have expired; the PMIDs never do


class Batch(NamedTuple):
    """Records that are asked for at once."""

    history: tuple[str, str] | None
    start: int  # place of the first in its search
    size: int  # places of the search
    pmids: tuple[str, ...]  # of those, what no batch before has


class Forms(NamedTuple):
    """How one form of records is asked for, read and written."""

    fields: Mapping[str, str]
    read: Callable[[bytes], Records | Fault]
    written: Callable[..., Any]


_FORMS = {
    "xml": Forms({"retmode": "xml"}, xml_records, xml_document),
    "medline": Forms({"rettype": "medline", "retmode": "text"}, medline_records, medline_document),
}


def search_fields(asked: Question) -> dict[str, str]:
    """Fields of a search that narrow it by date; PubMed wants both ends."""
    if asked.since is None and asked.until is None:
        return {}
    first = f"{asked.since:%Y/%m/%d}" if asked.since else "1500/01/01"
    last = f"{asked.until:%Y/%m/%d}" if asked.until else "3000/12/31"
    return {"datetype": asked.date_type, "mindate": first, "maxdate": last}


def search(connection: Connection, asked: Question, term: str, most: int, who: Mapping[str, str]) -> Search:
    """One search.

    Raises:
        ReadError: no answer, or none that can be used.
    """
    fields = {"db": "pubmed", "term": term, "retmode": "json", "retstart": "0", "retmax": str(most), "usehistory": "y", **search_fields(asked), **who}
    return connection.ask("esearch.fcgi", fields, lambda body: read_search(body, term=term, most=most), what="the search")


def count_pubmed(connection: Connection, asked: Question, who: Mapping[str, str]) -> Found:
    """What the search finds; no record is asked for."""
    found = search(connection, asked, asked.query, 0, who)
    return Found(found.total, found.translation, found.warnings)


def fetch_pubmed(
    connection: Connection, asked: Question, form: str, work: Unfinished, who: Mapping[str, str], *, batch_size: int, tell: Tell
) -> Harvest | Found:
    """All records of a question, in the order of PubMed's lists; `Found` where there is none.

    Args:
        connection: to the E-utilities.
        asked: the question.
        form: xml or medline.
        work: keeps what is finished.
        who: tool, e-mail and key.
        batch_size: records a request.
        tell: is told how far it is.

    Raises:
        ReadError: PubMed does not answer, or not with what was asked for.
    """
    plan = work.plan()
    if plan is None:
        tell(Progress(0, 0, "searching"))
        plan = _plan(connection, asked, who, batch_size)
        if not plan["count"]:
            return Found(0, plan["translation"], tuple(plan["warnings"]))
        work.keep_plan(plan)
    searches = [Search(**{**one, "pmids": tuple(one["pmids"]), "history": tuple(one["history"]) if one["history"] else None}) for one in plan["searches"]]
    batches = batches_of(searches, plan["batch_size"], asked.limit)
    listed = sum(len(batch.pmids) for batch in batches)
    wanted = min(plan["count"], asked.limit or plan["count"])
    missing: list[str] = []
    done = 0
    expired: set[tuple[str, str]] = set()
    for number, batch in enumerate(batches):
        lacking = _ensure(connection, batch, number, _FORMS[form], work, who, expired)
        missing += lacking
        done += len(batch.pmids) - len(lacking)
        tell(Progress(done, wanted))
    return Harvest(
        Found(plan["count"], plan["translation"], tuple(plan["warnings"])), wanted, listed - len(missing), tuple(missing), max(wanted - listed, 0),
        plan["searched"], tuple({"term": one.term, "count": one.total} for one in searches), _pieces(batches, _FORMS[form], work, frozenset(missing)),
    )  # fmt: skip


def _plan(connection: Connection, asked: Question, who: Mapping[str, str], batch_size: int) -> dict[str, Any]:
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    most = min(asked.limit or MOST, MOST)
    whole = search(connection, asked, asked.query, most, who)
    searches: Sequence[Search] = [whole]
    if whole.total > MOST and (asked.limit is None or asked.limit > MOST):
        searches = list(searches_of(f"({asked.query})", lambda term: search(connection, asked, term, MOST, who)))
    kept = [{**one._asdict(), "translation": "", "warnings": []} for one in searches]
    return {
        "searched": at, "count": whole.total, "translation": whole.translation, "warnings": list(whole.warnings), "searches": kept, "batch_size": batch_size
    }  # fmt: skip


def batches_of(searches: Sequence[Search], size: int, limit: int | None = None) -> list[Batch]:
    """Batches of all searches, each PMID in the first that has it.

    >>> [batch.pmids for batch in batches_of([Search("a", 3, ("1", "2", "3"), None, "", ()), Search("b", 2, ("3", "4"), None, "", ())], 2)]
    [('1', '2'), ('3',), ('4',)]
    """
    batches = []
    seen: set[str] = set()
    for one in searches:
        for start in range(0, len(one.pmids), size):
            page = one.pmids[start : start + size]
            left = len(page) if limit is None else limit - len(seen)
            own = [pmid for pmid in page if pmid not in seen][: max(left, 0)]
            seen.update(own)
            if own:
                batches.append(Batch(one.history, start, len(page), tuple(own)))
    return batches


def _ensure(
    connection: Connection, batch: Batch, number: int, form: Forms, work: Unfinished, who: Mapping[str, str], expired: set[tuple[str, str]]
) -> list[str]:
    """PMIDs of a batch that PubMed does not give; the others are kept, or were."""
    doctype, got = _kept(work, number, form)
    got = {pmid: record for pmid, record in got.items() if pmid in batch.pmids}
    doubtful: dict[str, bytes] = {}
    for turn in range(_ROUNDS):
        lacking = [pmid for pmid in batch.pmids if pmid not in got]
        if not lacking:
            return []
        answer = _answer(connection, batch, lacking, form, who, expired, is_first=turn == 0 and not got)
        doctype = doctype or answer.doctype
        for pmid, record in answer.by_pmid.items():
            # a record that looks cut off and comes a second time as it was is whole
            if pmid not in answer.doubtful or doubtful.get(pmid) == record:
                got.setdefault(pmid, record)
            doubtful[pmid] = record
        got = {pmid: got[pmid] for pmid in batch.pmids if pmid in got}
        work.keep_batch(number, b"".join(form.written(got.values(), doctype)))
    return [pmid for pmid in batch.pmids if pmid not in got]


def _kept(work: Unfinished, number: int, form: Forms) -> tuple[str, dict[str, bytes]]:
    body = work.batch(number)
    records = form.read(body) if body else None
    return (records.doctype, records.by_pmid) if isinstance(records, Records) else ("", {})


def _answer(
    connection: Connection, batch: Batch, pmids: Sequence[str], form: Forms, who: Mapping[str, str], expired: set[tuple[str, str]], *, is_first: bool
) -> Records:
    fields = {"db": "pubmed", **form.fields, **who}
    history = batch.history
    if history and is_first and history not in expired:
        page = {"WebEnv": history[0], "query_key": history[1], "retstart": str(batch.start), "retmax": str(batch.size)}
        try:
            return connection.ask("efetch.fcgi", fields | page, form.read, what=_said(pmids), tries=_HISTORY_TRIES)
        except ReadError:
            expired.add(history)
    return connection.ask("efetch.fcgi", fields | {"id": ",".join(pmids)}, form.read, what=_said(pmids))


def _said(pmids: Sequence[str]) -> str:
    return f"PMID {pmids[0]}" if len(pmids) == 1 else f"{len(pmids)} records from PMID {pmids[0]} to {pmids[-1]}"


def _pieces(batches: Sequence[Batch], form: Forms, work: Unfinished, missing: frozenset[str]) -> Iterator[bytes]:
    doctype, _ = _kept(work, 0, form)
    yield from form.written(_records(batches, form, work, missing), doctype)


def _records(batches: Sequence[Batch], form: Forms, work: Unfinished, missing: frozenset[str]) -> Iterator[bytes]:
    for number, batch in enumerate(batches):
        _, got = _kept(work, number, form)
        for pmid in batch.pmids:
            if pmid in missing:
                continue
            if pmid not in got:
                raise ReadError(f"{work.folder}: batch {number} has changed since it was fetched. Run the same command again.")
            yield got[pmid]
