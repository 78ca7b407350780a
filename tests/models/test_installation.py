"""Fetching and installing models."""

from __future__ import annotations

import hashlib
import http.server
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allnlp.errors import ModelError
from allnlp.models import install, plan
from allnlp.models.installation import fetch, prove
from allnlp.models.sources import Source

BLANK = Source("en_small_wheel", "0.0.1", "", "", "CC0", ("X",), "", "")


def wheel(folder: Path, name: str = "en_small_wheel") -> Path:
    """A wheel that pip installs."""
    file = folder / f"{name}-0.0.1-py3-none-any.whl"
    info = f"{name}-0.0.1.dist-info"
    with zipfile.ZipFile(file, "w") as out:
        out.writestr(f"{name}/__init__.py", "")
        out.writestr(f"{name}/meta.json", '{"lang": "en", "name": "small_wheel", "version": "0.0.1"}')
        out.writestr(f"{name}/config.cfg", "")
        out.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.0.1\nRequires-Dist: no-such-package\n")
        out.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        out.writestr(f"{info}/RECORD", "")
    return file


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address at which it is served."""
    (tmp_path / "served").mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(tmp_path / "served"))

        def log_message(self, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path / "served", f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def no_pip(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that would have been run; none is."""
    commands: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 1, "", "WARNING: old\nERROR: no\nmore")

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def test_a_file_is_fetched_under_its_own_name(served: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = served
    file = wheel(folder)
    got = fetch(plan("en_small_wheel", f"{address}/{file.name}?download=1"), tmp_path)
    assert (got.name, got.read_bytes()) == (file.name, file.read_bytes())


def test_a_wrong_checksum_is_refused_before_pip_runs(tmp_path: Path, no_pip: list[list[str]]) -> None:
    file = wheel(tmp_path)
    listed = (BLANK._replace(url=file.as_uri(), sha256="0" * 64),)
    with pytest.raises(ModelError, match=r"expected 0{64}\. Nothing was installed"):
        install(plan("en_small_wheel", None, listed))
    assert no_pip == []


def test_a_file_of_ones_own_must_be_the_recorded_one_too(tmp_path: Path, no_pip: list[list[str]]) -> None:
    listed = (BLANK._replace(url="https://localhost/x.whl", sha256="0" * 64),)
    with pytest.raises(ModelError, match="Nothing was installed"):
        install(plan("en_small_wheel", str(wheel(tmp_path)), listed))
    assert no_pip == []


def test_the_recorded_file_goes_to_pip_without_what_it_requires(tmp_path: Path, no_pip: list[list[str]]) -> None:
    file = wheel(tmp_path)
    listed = (BLANK._replace(url=str(file), sha256=hashlib.sha256(file.read_bytes()).hexdigest()),)
    with pytest.raises(ModelError, match=r"pip could not install en_small_wheel \(ERROR: no\)"):
        install(plan("en_small_wheel", None, listed))
    assert [c[:-1] for c in no_pip] == [[sys.executable, "-m", "pip", "install", "--no-deps"]]


def test_no_checksum_is_said_and_nothing_proven(tmp_path: Path) -> None:
    what = plan("en_small_wheel", str(wheel(tmp_path)))
    assert what.checksum == "checksum not recorded"
    prove(Path(what.origin), what)


def test_without_a_network_the_message_holds_the_command(tmp_path: Path) -> None:
    listed = (BLANK._replace(url="http://127.0.0.1:1/en_small_wheel-0.0.1-py3-none-any.whl"),)
    with pytest.raises(ModelError) as caught:
        fetch(plan("en_small_wheel", None, listed), tmp_path)
    message = str(caught.value)
    assert "cannot be reached" in message
    assert "python -m pip install --no-deps http://127.0.0.1:1/en_small_wheel-0.0.1-py3-none-any.whl" in message
    assert "allnlp models install en_small_wheel --from en_small_wheel-0.0.1-py3-none-any.whl" in message
    assert "\n" not in message


def test_an_address_that_has_gone_is_one_message(served: tuple[Path, str], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot be reached \(File not found\)"):
        fetch(plan("en_x", f"{served[1]}/en_x.whl"), tmp_path)


@pytest.mark.parametrize(
    ("name", "origin", "says"),
    [
        ("en_x", "ftp://somewhere/en_x.whl", "ftp cannot be fetched"),
        ("en_x", "nowhere/en_x.whl", "no such file.*--from FILE"),
        ("en_ner_bc5cdr", None, "Did you mean: en_ner_bc5cdr_md"),
        ("hf:owner/model", None, "pip install spacy-huggingface-pipelines.*allnlp models check hf:owner/model"),
    ],
)
def test_what_cannot_be_planned_is_one_message(name: str, origin: str | None, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        plan(name, origin)


def test_a_file_that_is_no_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"x")
    with pytest.raises(ModelError, match="is no package of Python"):
        fetch(plan("en_x", str(tmp_path / "model.bin")), tmp_path)


@pytest.mark.slow
def test_pip_installs_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("PIP_TARGET", str(tmp_path / "site")), ("PIP_NO_INDEX", "1"), ("PIP_DISABLE_PIP_VERSION_CHECK", "1")):
        monkeypatch.setenv(name, value)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    install(plan("en_small_wheel", str(wheel(tmp_path))))
    assert (tmp_path / "site" / "en_small_wheel" / "meta.json").is_file()
    with pytest.raises(ModelError, match="holds no package en_another"):
        install(plan("en_another", str(tmp_path / "en_small_wheel-0.0.1-py3-none-any.whl")))
