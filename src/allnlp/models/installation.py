"""Fetching a model's file, proving that it is the recorded one, and handing it to pip."""

from __future__ import annotations

import hashlib
import http.client
import importlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from allnlp.errors import ModelError
from allnlp.models.installed import installed_version
from allnlp.models.sources import HUB, HUB_PACKAGE, Source, checkout, missing, source_of

_SCHEMES = ("https", "http", "file")
_SUFFIXES = (".whl", ".tar.gz", ".zip")
_PATIENCE = 60  # seconds without a byte


class Plan(NamedTuple):
    """What an installation will do: fetch ``origin`` (a URL, or the path of a file) and install it if it is the recorded file."""

    name: str
    version: str
    origin: str
    sha256: str
    licence: str
    needs: str

    @property
    def checksum(self) -> str:
        """The checksum in words."""
        return f"sha256 {self.sha256}" if self.sha256 else "checksum not recorded"

    @property
    def by_hand(self) -> str:
        """The command that does the same by hand, but for the check."""
        return shlex.join(["python", "-m", "pip", "install", "--no-deps", self.origin])


def plan(name: str, origin: str | None = None, sources: Sequence[Source] | None = None) -> Plan:
    """What is to be done to install a model, from where the list says or from another ``origin``.

    Raises:
        ModelError: the model is not listed and no origin is given; it needs no installation; its file is not there.
    """
    source = source_of(name, sources)
    if name.startswith(HUB):
        runs = "is installed" if installed_version(HUB_PACKAGE) else f"is not installed: pip install {HUB_PACKAGE}"
        raise ModelError(f"{name} is fetched when it is first used, by {HUB_PACKAGE}, which {runs}. Then try it: allnlp models check {name}")
    if source is None:
        if origin is None:
            raise missing(name)
        source = Source(name, "", origin, "", "not recorded", (), "", "")
    return Plan(name, source.version, _located(name, origin or source.url), source.sha256, source.licence, source.needs)


def _located(name: str, origin: str) -> str:
    """A URL as it is; of a path, the one file that it means."""
    scheme = urllib.parse.urlsplit(origin).scheme
    if scheme in _SCHEMES:
        return origin
    if "://" in origin:
        raise ModelError(f"{origin}: {scheme} cannot be fetched. Give a URL with {', '.join(_SCHEMES)}, or a file.")
    if Path(origin).is_file():
        return origin
    found = sorted(checkout().glob(origin)) if not Path(origin).is_absolute() else []
    if len(found) != 1:
        what = f"{len(found)} files match" if found else "no such file"
        raise ModelError(f"{origin}: {what}. Give the file of the model: allnlp models install {name} --from FILE")
    return str(found[0])


def install(plan: Plan) -> None:
    """Fetch the file of a plan, prove its checksum, and only then run pip on it.

    Raises:
        ModelError: the file cannot be fetched, is not the recorded one, cannot be installed, or holds another package.
    """
    if importlib.util.find_spec("pip") is None:
        raise ModelError(f"this Python has no pip. Install the model with what made the environment, as: uv pip install --no-deps {plan.origin}")
    with tempfile.TemporaryDirectory() as folder:
        file = fetch(plan, Path(folder))
        prove(file, plan)
        ran = subprocess.run(pip_command(file), capture_output=True, text=True, check=False, env={**os.environ, "PIP_NO_INPUT": "1"})
    if ran.returncode:
        said = [line.strip() for line in (ran.stderr or ran.stdout).splitlines() if line.strip() and not line.startswith(("WARNING", "[notice]"))]
        why = next((line for line in said if line.startswith("ERROR")), said[-1] if said else "no message")
        raise ModelError(f"pip could not install {plan.name} ({why}). See all that it says: {plan.by_hand}")
    importlib.invalidate_caches()
    if installed_version(plan.name) is None:
        raise ModelError(f"{plan.origin} was installed, but it holds no package {plan.name}. See: allnlp models list")


def pip_command(file: Path) -> list[str]:
    """The command that installs a file: nothing else is installed or changed with it."""
    return [sys.executable, "-m", "pip", "install", "--no-deps", str(file)]


def fetch(plan: Plan, folder: Path) -> Path:
    """The file of a plan, copied into ``folder`` under its own name (pip reads it).

    Raises:
        ModelError: it cannot be reached, or is no package.
    """
    parts = urllib.parse.urlsplit(plan.origin)
    is_url = parts.scheme in _SCHEMES
    name = PurePosixPath(urllib.parse.unquote(parts.path)).name if is_url else Path(plan.origin).name
    if not name.endswith(_SUFFIXES):
        raise ModelError(f"{plan.origin}: is no package of Python. Give a file that ends in {', '.join(_SUFFIXES)}.")
    target = folder / name
    if not is_url:
        shutil.copyfile(plan.origin, target)
        return target
    try:
        with urllib.request.urlopen(plan.origin, timeout=_PATIENCE) as answer, target.open("wb") as out:
            shutil.copyfileobj(answer, out)
    except (OSError, http.client.HTTPException) as error:
        why = error.reason if isinstance(error, urllib.error.URLError) else error
        raise ModelError(
            f"{plan.origin}: cannot be reached ({why}). Where the network allows it: {plan.by_hand}. "
            f"Or fetch the file elsewhere, then: allnlp models install {plan.name} --from {name}"
        ) from None
    return target


def prove(file: Path, plan: Plan) -> None:
    """Refuse a file that is not the recorded one; where no checksum is recorded there is nothing to prove.

    Raises:
        ModelError: the checksums differ.
    """
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if plan.sha256 and found != plan.sha256:
        raise ModelError(
            f"{plan.origin}: sha256 is {found}, expected {plan.sha256}. Nothing was installed. "
            f"The file is damaged, or it is not {plan.name} {plan.version}: fetch it again from the address in allnlp models list --json."
        )
