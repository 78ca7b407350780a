"""A server on this computer that answers as PubMed's E-utilities and Europe PMC are documented to, with the faults that they have."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

MOST = 9_999
DOCTYPE = (
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2026//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_260101.dtd">'
)
_CLAUSE = re.compile(r" (AND|NOT) (\d{4})/(\d\d)/(\d\d):(\d{4})/(\d\d)/(\d\d)\[(edat|pdat)\]")
FAULTS = (
    "429", "429 wait", "500", "502", "503", "cut", "cut head", "short", "nothing", "empty set", "malformed", "error 200", "json error 200",
    "rate 200", "html", "double", "expired",
)  # fmt: skip


class Held(NamedTuple):
    """A record of the server."""

    pmid: str
    edat: date | None
    pdat: date | None


def held(number: int, *, first: date = date(2012, 1, 1), every: int = 5) -> list[Held]:
    """Invented records; so many of them a day come in."""
    return [Held(str(30_000_000 + 7 * n), first + timedelta(days=n // every), first + timedelta(days=n // every % 3000)) for n in range(number)]


class Server:
    """What the server holds, what it was asked, and how it misbehaves."""

    def __init__(self, records: Sequence[Held], fault: Callable[[str, int], str | None] = lambda path, number: None) -> None:
        self.records = list(records)
        self.fault = fault
        self.withheld: set[str] = set()  # listed, and never given
        self.uncounted = 0  # counted, and never listed
        self.arrivals: list[float] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.faults: list[str] = []
        self.slow = 1.0
        self.elsewhere = ""
        self._histories: dict[tuple[str, str], list[str]] = {}
        self._lock = threading.Lock()
        self.address = ""

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, str], bytes, bool]:
        """Status, headers, body, and whether the connection is cut in the middle of it."""
        with self._lock:
            self.arrivals.append(time.monotonic())
            self.asked.append((path, form))
            number = len(self.arrivals)
            fault = self.fault(path, number)
            if fault:
                self.faults.append(fault)
            if fault == "expired":
                self._histories.clear()
            status, body = self._sound(path, form)
        return misbehaved(self, fault, path, status, body)

    def _sound(self, path: str, form: dict[str, str]) -> tuple[int, bytes]:
        if path.endswith("esearch.fcgi"):
            return self._search(form)
        if path.endswith("efetch.fcgi"):
            return self._fetch(form)
        return self._page(form)

    def _matching(self, term: str, form: dict[str, str]) -> list[Held]:
        base = _CLAUSE.sub("", term).strip("()")
        found = [] if "nothing" in base else self.records
        clauses = [(c[0], date(*map(int, c[1:4])), date(*map(int, c[4:7])), c[7]) for c in _CLAUSE.findall(term)]
        if "mindate" in form:
            ends = [date(*map(int, form[key].split("/"))) for key in ("mindate", "maxdate")]
            clauses.append(("AND", ends[0], ends[1], form["datetype"]))
        for sign, first, last, field in clauses:
            found = [r for r in found if _is_within(r, field, first, last) == (sign == "AND")]
        return found

    def _search(self, form: dict[str, str]) -> tuple[int, bytes]:
        term, start, size = form["term"], int(form["retstart"]), int(form["retmax"])
        if start > MOST - 1:
            return 200, json.dumps({"esearchresult": {"ERROR": "Search Backend failed: 'retstart' cannot be larger than 9998."}}).encode()
        pmids = [r.pmid for r in self._matching(term, form)]
        key = (f"MCID_{len(self._histories)}", "1")
        self._histories[key] = pmids
        count = len(pmids) + (self.uncounted if not _CLAUSE.search(term) else 0)
        result = {
            "count": str(count), "retmax": str(min(size, len(pmids))), "retstart": str(start), "querykey": key[1], "webenv": key[0],
            "idlist": pmids[start : min(start + size, MOST)], "translationset": [], "querytranslation": f'"{term}"[All Fields]',
        }  # fmt: skip
        if not pmids:
            result |= {
                "errorlist": {"phrasesnotfound": ["zzyx"], "fieldsnotfound": []},
                "warninglist": {"phrasesignored": [], "quotedphrasesnotfound": ['"no such phrase"'], "outputmessages": ["No items found."]},
            }
        return 200, json.dumps({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": result}).encode()

    def _fetch(self, form: dict[str, str]) -> tuple[int, bytes]:
        if "id" in form:
            wanted = form["id"].split(",")
        else:
            kept = self._histories.get((form["WebEnv"], form["query_key"]))
            if kept is None:
                return 400, b"<?xml version=\"1.0\" ?>\n<eFetchResult>\n<ERROR>Unable to obtain query #1</ERROR>\n</eFetchResult>\n"
            start = int(form["retstart"])
            wanted = kept[start : min(start + int(form["retmax"]), MOST)]
        known = {r.pmid for r in self.records} - self.withheld
        given = [pmid for pmid in wanted if pmid in known]
        if not given and "id" in form:
            return 400, b"<eFetchResult><ERROR>ID list is empty! Possibly it has no correct IDs.</ERROR></eFetchResult>"
        if form.get("rettype") == "medline":
            return 200, b"".join(b"\n" + medline(pmid) for pmid in given)
        inner = b"\n".join(article(pmid) for pmid in given)
        return 200, f'<?xml version="1.0" ?>\n{DOCTYPE}\n<PubmedArticleSet>\n'.encode() + inner + b"\n</PubmedArticleSet>"

    def _page(self, form: dict[str, str]) -> tuple[int, bytes]:
        found = [] if "nothing" in form["query"] else self.records
        cursor, size = form["cursorMark"], int(form["pageSize"])
        start = 0 if cursor == "*" else int(base64.b64decode(cursor))
        page = found[start : start + size]
        following = base64.b64encode(str(start + len(page)).encode()).decode() if page else cursor
        records = [{"id": r.pmid, "source": "MED", "pmid": r.pmid, "title": f"Trial {r.pmid}.", "abstractText": f"It was about {r.pmid} β."} for r in page]
        value = {"version": "6.9", "hitCount": len(found) + self.uncounted, "nextCursorMark": following, "request": {"queryString": form["query"]}}
        return 200, json.dumps(value | {"resultList": {"result": records}}).encode()


def _is_within(record: Held, field: str, first: date, last: date) -> bool:
    day = getattr(record, field, record.edat)
    return day is not None and first <= day <= last


def article(pmid: str) -> bytes:
    """An invented record; the PMID of a correction stands in it, too."""
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID><Article PubModel="Print">'
        f"<Journal><Title>Invented J</Title></Journal><ArticleTitle>Trial {pmid} of β &amp; more.</ArticleTitle>"
        f"<Abstract><AbstractText>Of {pmid} patients, 10% had CRS.</AbstractText></Abstract></Article>"
        '<CommentsCorrectionsList><CommentsCorrections RefType="ErratumIn"><RefSource>X</RefSource><PMID Version="1">1</PMID></CommentsCorrections>'
        f'</CommentsCorrectionsList></MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId></ArticleIdList>'
        "</PubmedData></PubmedArticle>"
    ).encode()


def medline(pmid: str) -> bytes:
    """The same in the tagged form."""
    return f"PMID- {pmid}\nOWN - NLM\nTI  - Trial {pmid} of beta\n      and more.\nAB  - Of {pmid} patients, 10% had CRS.\nSO  - Invented J. 2020;1:{pmid}.\n".encode()


def misbehaved(server: Server, fault: str | None, path: str, status: int, body: bytes) -> tuple[int, dict[str, str], bytes, bool]:
    """An answer with a fault."""
    simple: dict[str, tuple[int, dict[str, str], bytes]] = {
        "429": (429, {}, b'{"error":"API rate limit exceeded","count":"4","limit":"3"}'),
        "429 wait": (429, {"Retry-After": "1"}, b'{"error":"API rate limit exceeded","count":"4","limit":"3"}'),
        "429 hours": (429, {"Retry-After": "7200"}, b""),
        "400 key": (400, {}, b'{"error":"API key invalid","api-key":"sesame","type":"api key","status":"unknown"}'),
        "500": (500, {}, b"<html><h1>Server Error</h1></html>"),
        "502": (502, {}, b"Bad Gateway"),
        "503": (503, {"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, b""),
        "403": (403, {}, b"no"),
        "nothing": (200, {}, b""),
        "malformed": (200, {}, body.replace(b"</ArticleTitle>", b"</Title>", 1).replace(b'"', b"", 1).replace(b"PMID- ", b"PM ")),
        "error 200": (200, {}, b"<eFetchResult><ERROR>Cannot retrieve history data</ERROR></eFetchResult>"),
        "json error 200": (200, {}, b'{"esearchresult":{"ERROR":"Search Backend failed:\nno connection"}}'),
        "rate 200": (200, {}, b'{"error":"API rate limit exceeded","api-key":"127.0.0.1","count":"4","limit":"3"}'),
        "html": (200, {}, b"<!DOCTYPE html><html><head><title>Sign in to the hotel</title></head></html>"),
        "elsewhere": (302, {"Location": server.elsewhere}, b""),
        "moved": (301, {"Location": "/moved" + path}, b""),
        "entities": (200, {}, b'<!DOCTYPE PubmedArticleSet [<!ENTITY a "aaaa">]><PubmedArticleSet>&a;</PubmedArticleSet>'),
    }
    if fault in simple:
        return *simple[fault], False
    if fault == "slow":
        time.sleep(server.slow)
    return status, {}, reshaped(body, fault), fault in ("cut", "cut head")


def reshaped(body: bytes, fault: str | None) -> bytes:
    """A sound body with records too few or twice; as it is, for other faults."""
    if fault in ("short", "empty set", "double") and b"<PubmedArticleSet>" in body:
        head, mark, rest = body.partition(b"<PubmedArticleSet>")
        records = re.findall(rb"<PubmedArticle>.*?</PubmedArticle>", rest, re.DOTALL)
        few = records[: len(records) // 2] if fault == "short" else records + records if fault == "double" else []
        return head + mark + b"".join(few) + b"</PubmedArticleSet>"
    if fault == "short" and body.startswith(b"\nPMID-"):
        return body[: len(body) * 2 // 3]
    if fault in ("short", "empty set") and b'"resultList"' in body:
        value = json.loads(body)
        records = value["resultList"]["result"]
        value["resultList"]["result"] = records[: len(records) // 2] if fault == "short" else []
        return json.dumps(value).encode()
    if fault in ("short", "empty set") and b'"idlist"' in body:
        value = json.loads(body)
        value["esearchresult"]["idlist"] = value["esearchresult"]["idlist"][: -1 if fault == "short" else 0]
        return json.dumps(value).encode()
    return body


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: Server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode() if self.command == "POST" else parts.query
        form = {key: values[0] for key, values in parse_qs(sent).items()}
        status, headers, body, is_cut = self.server_of.answer(parts.path, form)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if is_cut else body)
        self.close_connection = self.close_connection or is_cut

    do_GET = do_POST = _serve  # noqa: N815 - the names that the library calls


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that are killed."""


@contextlib.contextmanager
def serving(server: Server) -> Iterator[Server]:
    """The server, until the context ends."""
    handler = type("Handler", (_Handler,), {"server_of": server})
    http = _Http(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    server.address = f"http://127.0.0.1:{http.server_address[1]}/"
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def most_within_a_second(arrivals: Sequence[float]) -> int:
    """The largest number of arrivals in any window of one second."""
    times = sorted(arrivals)
    start, most = 0, 0
    for end, at in enumerate(times):
        while at - times[start] >= 1.0:
            start += 1
        most = max(most, end - start + 1)
    return most
