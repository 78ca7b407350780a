"""``allnlp fetch``."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

Run = Callable[..., Any]
HERE = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "fetching" / "server.py")))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NCBI_API_KEY", "NCBI_EMAIL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with HERE.serving(HERE.Server(HERE.held(1_234))) as server:
        monkeypatch.setenv("ALLNLP_EUTILS_URL", server.address)
        monkeypatch.setenv("ALLNLP_EUROPEPMC_URL", server.address)
        yield server


def test_the_file_is_told_and_what_comes_next(run: Run, server: Any, tmp_path: Path) -> None:
    out = tmp_path / "cart.xml"
    assert run("fetch", "all", "-o", out) == (0, "", f"Fetched 1,234 of 1,234 records -> {out}\nNext: allnlp annotate {out} -o {tmp_path / 'cart'}/\n")
    assert run("fetch", "all", "-o", out).err.startswith(f"{out} already holds this search, of 20")


def test_counts_are_given_as_json(run: Run, server: Any, tmp_path: Path) -> None:
    ran = run("fetch", "all", "-o", tmp_path / "cart.json.gz", "--database", "europepmc", "--limit", "7", "--json")
    given = json.loads(ran.out)
    assert (given["found"], given["wanted"], given["fetched"], given["is_whole"]) == (1234, 7, 7, True)
    assert "Fetched 7 of 7 records (of 1,234 found)" in ran.err


def test_a_count_is_printed_and_nothing_written(run: Run, server: Any, tmp_path: Path) -> None:
    assert run("fetch", "all", "--count") == (0, '1234\t"all"[All Fields]\n', "")
    assert json.loads(run("fetch", "all", "--dry-run", "--json").out) == {"total": 1234, "translation": '"all"[All Fields]', "warnings": []}


def test_the_query_comes_from_a_file(run: Run, server: Any, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("# a remark\nCAR-T\n  AND leukemia\n", encoding="utf-8")
    for words in ([f"@{tmp_path / 'q.txt'}"], ["--query-file", str(tmp_path / "q.txt")]):
        assert run("fetch", *words, "--count").code == 0
    assert [form["term"] for _, form in server.asked] == ["CAR-T AND leukemia"] * 2


def test_missing_records_exit_with_4(run: Run, server: Any, tmp_path: Path) -> None:
    server.withheld = {server.records[5].pmid}
    server.records = server.records[:20]
    for _ in range(2):
        ran = run("fetch", "all", "-o", tmp_path / "cart.xml")
        assert ran.code == 4
        assert f"Listed, and not given when asked for again: 1 ({server.records[5].pmid}). All are named in cart.xml.provenance.json." in ran.err
        assert "Fetched 19 of 20 records" in ran.err


def test_nothing_found_exits_with_3(run: Run, server: Any, tmp_path: Path) -> None:
    ran = run("fetch", "nothing [b]x[/b]", "-o", tmp_path / "cart.xml")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("allnlp: PubMed finds nothing for 'nothing [b]x[/b]'. PubMed says: not found: zzyx;")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["all"], "there is no file to write"),
        (["--count"], "give either a query or --query-file"),
        (["all", "--query-file", "q.txt"], "give either a query or --query-file"),
        (["@no-such-file", "-o", "c.xml"], "no-such-file: the file of the query cannot be read"),
        (["  ", "-o", "c.xml"], "the query is empty"),
        (["all", "-o", "c.pdf"], "pubmed gives .xml, .nbib, .txt"),
    ],
)
def test_wrong_options_exit_with_2(run: Run, server: Any, words: list[str], said: str) -> None:
    ran = run("fetch", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert server.asked == []


def test_a_server_that_does_not_answer_exits_with_1_in_one_line(run: Run, server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    server.fault = lambda path, number: "403"
    ran = run("fetch", "all", "-o", tmp_path / "cart.xml")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.count("\n") == 1
    assert "access is refused" in ran.err
