"""Which format a file's name means, and that each format is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from allnlp.collection.filters import Filters, parse_filters
from allnlp.errors import FolderError, NothingFound, OptionError
from allnlp.exporters.registry import FORMATS, Format, Pairs, export, find_format

WITHOUT_NETWORKS = [f for f in FORMATS if f.takes != "network"]


def test_names_and_own_endings_are_each_once() -> None:
    assert len({f.name for f in FORMATS}) == len(FORMATS) == len({f.endings[0] for f in FORMATS})


@pytest.mark.parametrize("form", FORMATS, ids=lambda f: f.name)
def test_each_format_is_found_by_its_own_ending_and_by_name(form: Format) -> None:
    assert find_format(Path(f"some/CART{form.endings[0].upper()}")) == form
    assert all(find_format(Path(f"cart{ending}"), form.name) == form for ending in form.endings)


@pytest.mark.parametrize(
    ("path", "name", "message"),
    [
        ("a.jsonl", None, r"the ending '\.jsonl' may mean doccano or prodigy\. Say which with --format, or end in \.doccano\.jsonl or \.prodigy\.jsonl"),
        ("a.db", None, "may mean sqlite or duckdb"),
        ("a.doc", None, r"the ending '\.doc' tells no format\. Use one of \.xlsx, \.csv"),
        ("a", None, "the ending '' tells no format"),
        ("a.ris", "endnote", "format 'endnote' is none of xlsx, csv"),
        ("a.xlsx", "ris", r"a file of the format ris ends in \.ris\. Name it so"),
    ],
)
def test_a_name_that_means_none_or_several_is_refused(path: str, name: str | None, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        find_format(Path(path), name)


@pytest.mark.parametrize("form", WITHOUT_NETWORKS, ids=lambda f: f.name)
def test_each_format_is_written_whole_with_its_provenance(evidence: Path, tmp_path: Path, form: Format) -> None:
    path = tmp_path / f"f{form.endings[0]}"
    command = ["allnlp", "export", "f"]
    done = export(evidence, path, command=command)
    assert done.files == (path,)
    assert [what for _, what in done.counts] == ["documents", "mentions"]
    assert path.stat().st_size > 0
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, f"{path.name}.provenance.json"]
    assert json.loads((tmp_path / f"{path.name}.provenance.json").read_text(encoding="utf-8"))["command"] == command
    first = path.read_bytes()
    export(evidence, path, command=command)
    assert form.name == "duckdb" or path.read_bytes() == first


def test_filters_narrow_what_is_written(folder: Path, tmp_path: Path) -> None:
    everything = dict(map(reversed, export(folder, tmp_path / "a.csv").counts))
    present = dict(map(reversed, export(folder, tmp_path / "b.csv", filters=parse_filters(section="results")).counts))
    assert everything["documents"] == present["documents"]
    assert 0 < present["mentions"] < everything["mentions"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"path": "a.xlsx", "table": "findings"}, r"--table: nothing to do with the format xlsx, only with \.csv, \.tsv, \.json, \.parquet\. Leave it out"),
        ({"path": "a.csv", "tags": True}, r"--tags: nothing to do with the format csv, only with \.ris, \.nbib"),
        ({"path": "a.ris", "pairs": Pairs(top=20)}, r"--labels, --level, --min or --top: nothing to do with the format ris"),
        ({"path": "a.csv", "table": "failures"}, "no table 'failures' to export"),
        ({"path": "none/a.csv"}, "there is no folder none"),
    ],
)
def test_an_option_that_does_not_fit_is_refused_before_the_work(tmp_path: Path, words: dict[str, object], message: str) -> None:
    path = Path(str(words.pop("path")))
    with pytest.raises(OptionError, match=message):
        export(tmp_path / "no folder", path, **words)  # type: ignore[arg-type]


def test_nothing_is_written_where_no_document_fits(evidence: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingFound, match=r"no document fits \(years 1900:1901\)\. Leave out a filter"):
        export(evidence, tmp_path / "f.csv", filters=Filters(years=(1900, 1901)))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(FolderError):
        export(tmp_path / "gone", tmp_path / "f.csv")
