"""The list of models."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from allnlp.errors import ModelError
from allnlp.models import missing, read_sources, source_of
from allnlp.models.sources import Source
from allnlp.terminology import load
from allnlp.terminology.ner_labels import kinds

TABLE = '[[model]]\nname = "en_x"\nversion = ""\nurl = ""\nsha256 = ""\nlicence = ""\nlabels = ["A"]\ntrained_on = ""\nneeds = ""\n'


def test_every_label_of_every_listed_model_has_a_kind() -> None:
    terminology = load()
    assert {(s.name, label) for s in read_sources() for label in s.labels if label not in kinds(terminology, s.name)} == set()


def test_each_model_stands_once_with_a_licence_and_a_checksum_that_can_be_one() -> None:
    sources = read_sources()
    assert len({s.name for s in sources}) == len(sources)
    assert all(s.licence and s.labels and s.url for s in sources)
    assert all(re.fullmatch(r"|[0-9a-f]{64}", s.sha256) for s in sources)


def test_the_version_stands_in_the_address() -> None:
    assert [s.name for s in read_sources() if "://" in s.url and s.version not in s.url] == []


def test_a_list_is_read(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(TABLE)
    assert read_sources(tmp_path / "sources.toml") == (Source("en_x", "", "", "", "", ("A",), "", ""),)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[[model]", "is no TOML"),
        (TABLE.replace('sha256 = ""\n', ""), r"table 1 \(en_x\) lacks sha256"),
        (TABLE + "md5 = 'x'\n", r"has md5, which mean nothing"),
        (TABLE.replace('["A"]', '"A"'), "labels is 'A'"),
        (TABLE.replace('licence = ""', "licence = 3"), "licence is 3"),
        ("model = 3", "expected tables"),
    ],
)
def test_a_malformed_list_is_one_message(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "sources.toml").write_text(content)
    with pytest.raises(ModelError, match=says):
        read_sources(tmp_path / "sources.toml")


def test_a_list_that_is_not_there_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        read_sources(tmp_path / "sources.toml")


def test_missing_names_the_command() -> None:
    assert "allnlp models install en_core_web_sm, or: pip install --no-deps https://" in str(missing("en_core_web_sm"))
    assert str(missing("en_allnlp_bio_sm")).endswith("Install it: allnlp models install en_allnlp_bio_sm")
    assert "--from FILE-OR-URL" in str(missing("somebody_elses"))
    assert source_of("somebody_elses") is None
