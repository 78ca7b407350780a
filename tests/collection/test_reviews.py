"""What a reviewer says of whole documents."""

from __future__ import annotations

import shutil
import threading
import zipfile
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from allnlp.annotation import annotate_collection
from allnlp.collection import summarise
from allnlp.collection.reviews import COLUMNS, REVIEWS, keep_review, read_reviews
from allnlp.errors import FolderError, NothingFound, OptionError
from allnlp.exporters.registry import export
from allnlp.tables import read_table, verify

AT = "2026-03-01T10:00:00Z"


@pytest.fixture
def cart(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "cart"))


@pytest.fixture
def ids(cart: Path) -> list[str]:
    return list(read_table(cart, "documents")["doc_id"])


def test_what_is_not_given_stays(cart: Path, ids: list[str]) -> None:
    assert tuple(read_reviews(cart).columns) == COLUMNS
    assert read_reviews(cart).empty
    keep_review(cart, ids[0], is_read=True, reviewer=" Ada ", made_at=AT)
    keep_review(cart, ids[0], note=" look again\x00 ", reviewer="", made_at="2026-03-02T12:00:00+02:00")
    keep_review(cart, ids[0], decision="included", reviewer="Bo", made_at=AT)
    assert read_reviews(cart).to_numpy().tolist() == [[ids[0], True, "included", "look again", "Bo", AT]]
    keep_review(cart, ids[0], decision=None, note="", reviewer="Bo", made_at="2026-03-02T12:00:00+02:00")
    assert read_reviews(cart).to_numpy().tolist() == [[ids[0], True, None, None, "Bo", "2026-03-02T10:00:00Z"]]
    verify(cart)


def test_a_review_that_says_nothing_is_none(cart: Path, ids: list[str]) -> None:
    keep_review(cart, ids[0], is_read=True, reviewer="A")
    keep_review(cart, ids[1], is_read=False, reviewer="A")
    keep_review(cart, ids[0], is_read=False, reviewer="A")
    assert not (cart / REVIEWS).exists()
    assert read_reviews(cart)["is_read"].dtype == bool


def test_no_run_touches_reviews(cart: Path, demo: Path, ids: list[str]) -> None:
    keep_review(cart, ids[0], decision="excluded", reviewer="A")
    kept = (cart / REVIEWS).read_bytes()
    annotate_collection([demo], cart, limit=3, overwrite=True)
    assert (cart / REVIEWS).read_bytes() == kept
    assert len(read_reviews(cart)) == 1


def test_what_cannot_be_kept_is_told(cart: Path, ids: list[str], tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="'maybe' is none of included, excluded"):
        keep_review(cart, ids[0], decision="maybe", reviewer="A")
    with pytest.raises(NothingFound, match="no document 'none'"):
        keep_review(cart, "none", is_read=True, reviewer="A")
    with pytest.raises(FolderError):
        keep_review(tmp_path / "none", "1", is_read=True, reviewer="A")
    (cart / REVIEWS).write_bytes(b"no table")
    with pytest.raises(FolderError, match="damaged"):
        read_reviews(cart)
    with pytest.raises(FolderError, match="damaged"):
        keep_review(cart, ids[0], is_read=True, reviewer="A")
    assert (cart / REVIEWS).read_bytes() == b"no table"


def read_parquet(path: Path) -> pd.DataFrame:
    frame: pd.DataFrame = duckdb.read_parquet(str(path)).df()
    return frame


def test_reviews_leave_with_references_and_with_the_table_of_documents(cart: Path, ids: list[str], tmp_path: Path) -> None:
    export(cart, tmp_path / "before.ris")
    before = (tmp_path / "before.ris").read_text(encoding="utf-8").splitlines()
    keep_review(cart, ids[0], is_read=True, decision="included", note="two arms\nsee table", reviewer='A "B"', made_at=AT)
    keep_review(cart, ids[1], decision="excluded", reviewer="", made_at=AT)
    export(cart, tmp_path / "x.ris")
    lines = (tmp_path / "x.ris").read_text(encoding="utf-8").splitlines()
    notes = [line for line in lines if line.startswith("N1") and line not in before]
    assert notes == [
        "N1  - Decision: included", "N1  - RAYYAN-INCLUSION: {\"A 'B'\"=>\"Included\"}", "N1  - Note: two arms see table",
        "N1  - Decision: excluded", 'N1  - RAYYAN-INCLUSION: {"reviewer"=>"Excluded"}',
    ]  # fmt: skip
    assert [line for line in lines if line not in notes] == before
    for name, read in (("x.csv", pd.read_csv), ("x.json", pd.read_json), ("x.parquet", read_parquet)):
        export(cart, tmp_path / name, table="documents")
        found = read(tmp_path / name)
        assert found["is_read"].tolist()[:3] == [True, False, False]
        assert found["decision"].tolist()[:2] == ["included", "excluded"]
        assert found["note"][0] == "two arms\nsee table"
        assert found.isna()["decision"][2]
    export(cart, tmp_path / "x.xlsx")
    with zipfile.ZipFile(tmp_path / "x.xlsx") as book:
        said = "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xml"))
    assert all(words in said for words in ("a reviewer read it", "is_read", "two arms"))


def test_a_summary_counts_reviews(cart: Path, ids: list[str]) -> None:
    assert not summarise(cart).information["item"].str.contains("reviewer").any()
    keep_review(cart, ids[0], is_read=True, decision="included", note="x", reviewer="A")
    keep_review(cart, ids[1], is_read=True, reviewer="A")
    items = summarise(cart).information.set_index("item")["value"]
    assert items["documents read by a reviewer"] == "2"
    assert items["documents included by a reviewer"] == "1"
    assert "documents excluded by a reviewer" not in items


def test_writers_at_once_lose_nothing(cart: Path, ids: list[str]) -> None:
    def work(part: int) -> None:
        for doc_id in ids[part:20:4]:
            keep_review(cart, doc_id, is_read=True, reviewer=str(part), made_at=AT)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert read_reviews(cart)["doc_id"].tolist() == sorted(ids[:20])
