from __future__ import annotations

import gzip
import json
import os
import random
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lxml import etree

from allnlp.errors import AllnlpError, FolderError, NothingFound, OptionError, ReadError
from allnlp.fetching import Fetched, Pace, count_records, fetch_records
from allnlp.fetching.unfinished import Unfinished, folder_of
from allnlp.readers import read
from allnlp.schema import Document

HERE = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("server.py"))))
Started = Callable[..., Any]


@pytest.fixture(autouse=True)
def _only_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NCBI_API_KEY", "NCBI_EMAIL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("ALLNLP_EUTILS_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("ALLNLP_EUROPEPMC_URL", "http://127.0.0.1:9/")


@pytest.fixture
def start() -> Iterator[Started]:
    """Starts a server of so many records; faults are told by path and number of the request."""
    contexts = []

    def started(records: int | list[Any], fault: Callable[[str, int], str | None] = lambda path, number: None) -> Any:
        context = HERE.serving(HERE.Server(HERE.held(records) if isinstance(records, int) else records, fault))
        contexts.append(context)
        return context.__enter__()

    yield started
    for context in contexts:
        context.__exit__(None, None, None)


def at_once(**changes: Any) -> Pace:
    """Waits that pass at once, by a clock of their own."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    return Pace(clock=lambda: now[0], sleep=sleep, jitter=lambda: 0.5)._replace(**changes)


def fetched(server: Any, out: Path, **options: Any) -> Fetched:
    return fetch_records("all", out, **{"address": server.address, "pace": at_once(), "batch_size": 20, **options})


def pmids(out: Path) -> list[str]:
    rows = list(read([out]))
    assert all(isinstance(row, Document) for row in rows)
    return [str(row.pmid) for row in rows if isinstance(row, Document)]


def once(fault: str, *, where: str, after: int = 0) -> Callable[[str, int], str | None]:
    """The fault at the first request to a path, after so many requests; then none."""
    seen: list[str] = []

    def told(path: str, number: int) -> str | None:
        if where in path and number > after and not seen:
            seen.append(fault)
            return fault
        return None

    return told


@pytest.mark.parametrize("name", ["cart.xml", "cart.xml.gz", "cart.nbib", "cart.txt", "cart.nbib.gz"])
def test_every_record_of_pubmed_is_fetched_once_in_the_order_of_its_list(start: Started, tmp_path: Path, name: str) -> None:
    server = start(73)
    done = fetched(server, tmp_path / name)
    assert (done.found, done.fetched, done.missing, done.unlisted, done.is_new) == (73, 73, (), 0, True)
    assert pmids(tmp_path / name) == [r.pmid for r in server.records]
    assert sorted(p.name for p in tmp_path.iterdir()) == [name, f"{name}.provenance.json"]


def test_the_file_is_one_valid_document_of_pubmed(start: Started, tmp_path: Path) -> None:
    server = start(45)
    fetched(server, tmp_path / "c.xml")
    body = (tmp_path / "c.xml").read_bytes()
    tree = etree.fromstring(body)
    assert (tree.tag, len(tree)) == ("PubmedArticleSet", 45)
    assert body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n' + HERE.DOCTYPE.encode())
    assert (body.count(b"<?xml"), body.count(b"<!DOCTYPE"), body.count(HERE.article(server.records[44].pmid))) == (1, 1, 1)


def test_two_fetches_give_the_same_bytes_also_packed(start: Started, tmp_path: Path) -> None:
    server = start(30)
    fetched(server, tmp_path / "a.xml.gz")
    time.sleep(1.1)  # a time in the gzip header would differ
    fetched(server, tmp_path / "b.xml.gz")
    assert (tmp_path / "a.xml.gz").read_bytes() == (tmp_path / "b.xml.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.xml.gz").read_bytes()).endswith(b"</PubmedArticleSet>\n")


def test_requests_say_who_asks_and_the_record_does_not_hold_the_key(start: Started, tmp_path: Path) -> None:
    server = start(30)
    fetched(server, tmp_path / "c.xml", api_key="sesame", email="a@b.org", since="2012", until="2020-03", date_type="edat", limit=25)
    searches = [form for path, form in server.asked if path.endswith("esearch.fcgi")]
    assert all((f["tool"], f["email"], f["api_key"]) == ("allnlp", "a@b.org", "sesame") for _, f in server.asked)
    assert [(f["datetype"], f["mindate"], f["maxdate"]) for f in searches] == [("edat", "2012/01/01", "2020/03/31")]
    text = (tmp_path / "c.xml.provenance.json").read_text(encoding="utf-8")
    record = json.loads(text)
    assert "sesame" not in text
    assert (record["found"], record["wanted"], record["fetched"], record["translation"]) == (30, 25, 25, '"all"[All Fields]')
    assert record["command"] == f"allnlp fetch all -o {tmp_path / 'c.xml'} --since 2012-01-01 --until 2020-03-31 --date-type edat --limit 25"
    assert record["question"]["query"] == "all"
    assert record["versions"]["allnlp"]


@pytest.mark.parametrize("fault", HERE.FAULTS)
@pytest.mark.parametrize("where", ["esearch", "efetch"])
@pytest.mark.parametrize("name", ["c.xml", "c.nbib"])
def test_a_fault_of_pubmed_loses_no_record(start: Started, tmp_path: Path, fault: str, where: str, name: str) -> None:
    server = start(70, once(fault, where=where))
    done = fetched(server, tmp_path / name)
    assert server.faults == [fault]
    assert (done.fetched, done.missing) == (70, ())
    assert pmids(tmp_path / name) == [r.pmid for r in server.records]


@pytest.mark.parametrize("fault", sorted({*HERE.FAULTS} - {"expired", "double"}))
def test_a_fault_of_europe_pmc_loses_no_record(start: Started, tmp_path: Path, fault: str) -> None:
    server = start(70, lambda path, number: fault if number in (1, 3, 4) else None)
    done = fetched(server, tmp_path / "c.json", database="europepmc")
    assert len(server.faults) == 3
    assert (done.fetched, done.unlisted) == (70, 0)
    assert pmids(tmp_path / "c.json") == [r.pmid for r in server.records]


def test_a_fault_that_lasts_is_told_after_the_tries_and_what_came_is_kept(start: Started, tmp_path: Path) -> None:
    server = start(70, lambda path, number: "502" if number > 3 else None)
    with pytest.raises(ReadError, match=r"127\.0\.0\.1:\d+: asked for 20 records from PMID \d+ to \d+, it answered, 8 times: status 502\. What came before is kept"):
        fetched(server, tmp_path / "c.xml")
    assert not (tmp_path / "c.xml").exists()
    server.fault = lambda path, number: None
    before = len(server.asked)
    done = fetched(server, tmp_path / "c.xml")
    assert done.fetched == 70
    assert [path.rpartition("/")[2] for path, _ in server.asked[before:]] == ["efetch.fcgi"] * 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c.xml", "c.xml.provenance.json"]


def test_records_that_are_listed_and_never_given_are_named(start: Started, tmp_path: Path) -> None:
    server = start(70)
    server.withheld = {server.records[3].pmid, server.records[65].pmid}
    done = fetched(server, tmp_path / "c.xml")
    assert (done.fetched, done.is_whole, set(done.missing)) == (68, False, server.withheld)
    assert json.loads((tmp_path / "c.xml.provenance.json").read_text(encoding="utf-8"))["missing"] == sorted(server.withheld)
    assert set(pmids(tmp_path / "c.xml")) == {r.pmid for r in server.records} - server.withheld
    assert [form["id"] for _, form in server.asked if form.get("id") == server.records[3].pmid] == [server.records[3].pmid] * 2
    again = fetched(server, tmp_path / "c.xml")
    assert (again.is_new, again.missing) == (False, done.missing)


def test_an_expired_history_is_asked_once_and_the_pmids_from_then_on(start: Started, tmp_path: Path) -> None:
    server = start(100, once("expired", where="efetch", after=2))
    assert fetched(server, tmp_path / "c.xml").fetched == 100
    assert [("WebEnv" in form, "id" in form) for path, form in server.asked if "efetch" in path] == [
        (True, False), (True, False), (True, False), (False, True), (False, True), (False, True), (False, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("400 key", "API key invalid"),
        ("403", "access is refused"),
        ("429 hours", "asks to wait for 120 minutes"),
        ("elsewhere", r"sends on to another place \(elsewhere\.example\), which is not asked"),
    ],
)
def test_what_asking_again_does_not_change_is_asked_once(start: Started, tmp_path: Path, fault: str, said: str) -> None:
    server = start(5, lambda path, number: fault)
    server.elsewhere = "http://elsewhere.example/x"
    with pytest.raises(ReadError, match=said) as told:
        fetched(server, tmp_path / "c.xml", api_key="sesame")
    assert len(server.asked) == 1
    assert "sesame" not in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_a_redirect_within_the_host_keeps_the_form(start: Started, tmp_path: Path) -> None:
    server = start(30, lambda path, number: "moved" if "/moved" not in path else None)
    assert fetched(server, tmp_path / "c.xml").fetched == 30


def test_entities_are_refused(start: Started, tmp_path: Path) -> None:
    server = start(5, lambda path, number: "entities" if "efetch" in path else None)
    with pytest.raises(ReadError, match="XML that declares entities"):
        fetched(server, tmp_path / "c.xml")


def test_a_slow_answer_is_given_up_and_asked_again(start: Started, tmp_path: Path) -> None:
    server = start(30, once("slow", where="efetch"))
    assert fetched(server, tmp_path / "c.xml", pace=at_once(timeout=0.3)).fetched == 30
    assert server.faults == ["slow"]


def test_no_network_is_told_after_few_tries(tmp_path: Path) -> None:
    pauses: list[float] = []
    with pytest.raises(ReadError, match=r"^127\.0\.0\.1:9: cannot be reached, 3 times\. Check the network, and behind a proxy HTTPS_PROXY"):
        fetch_records("all", tmp_path / "c.xml", pace=at_once(sleep=pauses.append))
    assert pauses == [0.75, 1.5]


def test_pauses_double_and_honour_what_the_server_asks_for(start: Started, tmp_path: Path) -> None:
    pauses: list[float] = []
    server = start(5, lambda path, number: "429 wait" if number == 1 else "500" if number < 5 else None)
    fetched(server, tmp_path / "c.xml", pace=Pace(jitter=lambda: 1.0, sleep=pauses.append, clock=iter(range(0, 10**9, 10)).__next__))
    assert pauses == [2.0, 2.0, 4.0, 8.0]


def test_an_empty_set_is_told_with_the_warnings_of_pubmed(start: Started, tmp_path: Path) -> None:
    server = start(5)
    with pytest.raises(NothingFound, match=r"PubMed finds nothing for 'nothing'\. PubMed says: not found: zzyx; quoted phrase not found: \"no such phrase\""):
        fetch_records("nothing", tmp_path / "c.xml", address=server.address, pace=at_once())
    with pytest.raises(NothingFound):
        fetch_records("nothing", tmp_path / "c.json", database="europepmc", address=server.address, pace=at_once())
    assert list(tmp_path.iterdir()) == []


def test_counting_fetches_nothing(start: Started) -> None:
    server = start(64)
    assert count_records("all", address=server.address, pace=at_once())[:2] == (64, '"all"[All Fields]')
    assert count_records("all", database="europepmc", address=server.address, pace=at_once()).total == 64
    assert [path.rpartition("/")[2] for path, _ in server.asked] == ["esearch.fcgi", "search"]


def test_more_than_pubmed_lists_is_cut_by_dates_and_records_without_a_date_are_not_lost(start: Started, tmp_path: Path) -> None:
    records = HERE.held(21_000, every=3)
    records += [HERE.Held("1", None, date(2020, 1, 1)), HERE.Held("2", None, None)]
    done = fetched(start(records), tmp_path / "c.nbib", batch_size=5000)
    assert (done.found, done.fetched, done.unlisted) == (21_002, 21_002, 0)
    assert sorted(pmids(tmp_path / "c.nbib")) == sorted(r.pmid for r in records)


def test_a_day_of_entry_with_too_many_is_cut_by_publication(start: Started, tmp_path: Path) -> None:
    records = [HERE.Held(str(n), date(2020, 5, 5), date(2010 + n % 9, 1, 1)) for n in range(1, 11_001)]
    assert fetched(start(records), tmp_path / "c.nbib", batch_size=5000).fetched == 11_000


def test_what_no_date_divides_is_refused(start: Started, tmp_path: Path) -> None:
    records = [HERE.Held(str(n), date(2020, 5, 5), date(2020, 5, 6)) for n in range(1, 11_001)]
    with pytest.raises(ReadError, match=r"more than 9,999 records for .*2020/05/05.*, which no date divides\. Narrow the query"):
        fetched(start(records), tmp_path / "c.nbib")


def test_a_limit_takes_the_first_and_does_not_cut_by_dates(start: Started, tmp_path: Path) -> None:
    server = start(12_000)
    done = fetched(server, tmp_path / "c.xml", limit=50)
    assert (done.found, done.wanted, done.fetched, done.is_whole) == (12_000, 50, 50, True)
    assert pmids(tmp_path / "c.xml") == [r.pmid for r in server.records[:50]]
    assert len([path for path, _ in server.asked if "esearch" in path]) == 1
    assert fetched(server, tmp_path / "c.json", database="europepmc", limit=50).fetched == 50
    assert len(pmids(tmp_path / "c.json")) == 50


def test_records_that_are_counted_and_in_no_list_are_told(start: Started, tmp_path: Path) -> None:
    server = start(12_000)
    server.uncounted = 3
    done = fetched(server, tmp_path / "c.nbib", batch_size=5000)
    assert (done.found, done.fetched, done.unlisted, done.is_whole) == (12_003, 12_000, 3, False)
    done = fetched(server, tmp_path / "c.json", database="europepmc", batch_size=5000)
    assert (done.fetched, done.unlisted, done.is_whole) == (12_000, 3, False)


def test_the_same_again_does_nothing_and_another_question_is_refused(start: Started, tmp_path: Path) -> None:
    server = start(30)
    fetched(server, tmp_path / "c.xml")
    before = len(server.asked)
    again = fetched(server, tmp_path / "c.xml")
    assert (again.is_new, again.fetched, len(server.asked)) == (False, 30, before)
    with pytest.raises(OptionError, match="holds something else"):
        fetched(server, tmp_path / "c.xml", limit=3)
    assert fetched(server, tmp_path / "c.xml", limit=3, overwrite=True).fetched == 3
    (tmp_path / "c.xml").write_text("mine", encoding="utf-8")
    with pytest.raises(OptionError, match="holds something else"):
        fetched(server, tmp_path / "c.xml", limit=3)


def test_what_another_question_left_unfinished_is_not_mixed_in(start: Started, tmp_path: Path) -> None:
    server = start(70, lambda path, number: "403" if number in (3, 4) else None)
    with pytest.raises(ReadError):
        fetched(server, tmp_path / "c.xml", until="2012-01-05")
    assert folder_of(tmp_path / "c.xml").is_dir()
    fetched(server, tmp_path / "c.xml")
    assert len(pmids(tmp_path / "c.xml")) == 70


@pytest.mark.parametrize("damage", [b"", b"<PubmedArticleSet><PubmedArticle>", b"\xff\x00"])
def test_a_kept_batch_that_is_damaged_is_fetched_again(start: Started, tmp_path: Path, damage: bytes) -> None:
    server = start(70, lambda path, number: "403" if number in (4, 5) else None)
    with pytest.raises(ReadError):
        fetched(server, tmp_path / "c.xml")
    (folder_of(tmp_path / "c.xml") / "000000").write_bytes(damage)
    fetched(server, tmp_path / "c.xml")
    assert pmids(tmp_path / "c.xml") == [r.pmid for r in server.records]


def test_a_folder_left_by_a_kill_at_the_very_end_is_taken_away(start: Started, tmp_path: Path) -> None:
    server = start(30)
    fetched(server, tmp_path / "c.xml")
    left = folder_of(tmp_path / "c.xml")
    left.mkdir()
    (left / "000001").write_bytes(b"x")
    assert not fetched(server, tmp_path / "c.xml").is_new
    assert not left.exists()


def test_two_runs_into_one_file_are_refused(start: Started, tmp_path: Path) -> None:
    server = start(30)
    with Unfinished(tmp_path / "c.xml", {}), pytest.raises(FolderError, match="another run is fetching into the same file"):
        fetched(server, tmp_path / "c.xml")


def test_the_same_records_twice_in_an_answer_are_in_the_file_once(start: Started, tmp_path: Path) -> None:
    fetched(start(40, lambda path, number: "double" if "efetch" in path else None), tmp_path / "c.xml")
    assert len(pmids(tmp_path / "c.xml")) == 40


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("c.ris", {}, "pubmed gives .xml, .nbib, .txt"),
        ("c.json", {}, "comes with --database europepmc"),
        ("c.xml", {"database": "europepmc"}, "comes with --database pubmed"),
        ("c.xml", {"database": "embase"}, "Use one of pubmed, europepmc"),
        ("c.xml", {"since": "soon"}, "no date"),
        ("c.xml", {"since": "2020-02-30"}, "no date"),
        ("c.xml", {"since": "2021", "until": "2020"}, "is after until"),
        ("c.xml", {"date_type": "ddat"}, "Use pdat"),
        ("c.xml", {"limit": 0}, "at least 1"),
        ("c.xml", {"address": "eutils"}, "no address"),
        ("no/c.xml", {}, "there is no folder"),
    ],
)
def test_options_are_checked_before_anything_is_sent(tmp_path: Path, name: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        fetch_records("all", tmp_path / name, pace=at_once(), **options)


def test_a_query_longer_than_an_address_is_posted(start: Started, tmp_path: Path) -> None:
    server = start(10)
    words = " OR ".join(f"word{n}" for n in range(600))
    assert fetch_records(words, tmp_path / "c.json", database="europepmc", address=server.address, pace=at_once()).fetched == 10
    assert {path.rpartition("/")[2] for path, _ in server.asked} == {"searchPOST"}


@pytest.mark.parametrize("key", [None, "sesame"])
def test_the_server_never_sees_more_requests_in_a_second_than_it_allows(start: Started, tmp_path: Path, key: str | None) -> None:
    server = start(60, lambda path, number: "500" if number == 4 else None)
    fetched(server, tmp_path / "c.xml", batch_size=10 if key is None else 3, api_key=key, pace=Pace(first_pause=0.01))
    allowed = 10 if key else 3
    assert len(server.arrivals) > allowed
    assert HERE.most_within_a_second(server.arrivals) <= allowed


_CHILD = """
import sys
from pathlib import Path
from allnlp.fetching import Pace, fetch_records
fetch_records("all", Path(sys.argv[1]), address=sys.argv[2], database=sys.argv[3], batch_size=10, pace=Pace(clock=iter(range(0, 10**9, 10)).__next__, first_pause=0.01))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "database"), [("c.xml", "pubmed"), ("c.json", "europepmc")])
def test_a_run_that_is_killed_ends_in_the_same_bytes(start: Started, tmp_path: Path, name: str, database: str) -> None:
    server = start(120, lambda path, number: "slow" if number % 2 else None)
    server.slow = 0.02
    fetched(server, tmp_path / f"whole-{name}", database=database, batch_size=10)
    chance = random.Random(8)
    out = tmp_path / name
    kills = 0
    for _ in range(100):
        if out.exists() and not folder_of(out).exists():
            break
        child = subprocess.Popen([sys.executable, "-c", _CHILD, str(out), server.address, database], env={**os.environ, "NO_PROXY": "127.0.0.1"})
        before = len(server.asked)
        while child.poll() is None and len(server.asked) == before:
            time.sleep(0.01)
        try:
            assert child.wait(chance.uniform(0.0, 0.25)) == 0
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
            kills += 1
    assert kills >= 2
    assert out.read_bytes() == (tmp_path / f"whole-{name}").read_bytes()
    assert len(pmids(out)) == 120


def test_no_error_but_ours_leaves(start: Started, tmp_path: Path) -> None:
    chance = random.Random(3)
    server = start(40, lambda path, number: chance.choice([*HERE.FAULTS, None, "moved", "entities", "403", "400 key"]))
    for turn in range(30):
        try:
            done = fetched(server, tmp_path / f"{turn}.xml", pace=at_once(tries=3))
        except AllnlpError:
            continue
        assert len(pmids(tmp_path / f"{turn}.xml")) == done.fetched == 40 - len(done.missing)
