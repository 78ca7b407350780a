"""What a fetch has so far, in a folder beside its output: the answers that were verified, each file whole or absent."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from allnlp.errors import FolderError

_PLAN = "plan.json"


def folder_of(out: Path) -> Path:
    """The folder beside an output; it is hidden, so that no command reads it as an input.

    >>> folder_of(Path("a/cart.xml")).as_posix()
    'a/.cart.xml.part'
    """
    return out.with_name(f".{out.name}.part")


class Unfinished:
    """One fetch's folder, for one run at a time; use as a context. It stays when the run does not come to its end."""

    def __init__(self, out: Path, identity: Mapping[str, Any]) -> None:
        """Nothing is written yet.

        Args:
            out: the output.
            identity: what is fetched; what another question left behind is taken away.
        """
        self.folder = folder_of(out)
        self._identity = dict(identity)
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> Unfinished:
        lock = self.folder / "lock"
        try:
            self.folder.mkdir(exist_ok=True)
            self._lock = lock.open("wb")
        except OSError as error:
            raise FolderError(f"{self.folder}: cannot be written ({error.strerror}). Give a file in another folder with -o.") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(self._lock.fileno()).st_ino != lock.stat().st_ino:
                raise BlockingIOError  # a run that ended took the folder away between our opening and locking it
        except OSError:
            self._lock.close()
            raise FolderError(f"{self.folder}: another run is fetching into the same file. Wait for it, or give another file with -o.") from None
        if self.plan() is None:
            for path in self.folder.iterdir():
                if path.name != "lock":
                    path.unlink()
        return self

    def __exit__(self, *_: object) -> None:
        if self.folder.is_dir() and not (self.folder / _PLAN).exists():
            shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()

    def plan(self) -> dict[str, Any] | None:
        """What the search gave, where an earlier run of the same question kept it."""
        return kept_plan(self.folder, self._identity)

    def keep_plan(self, plan: Mapping[str, Any]) -> None:
        """Keep what the search gave."""
        text = json.dumps({"identity": self._identity, "plan": plan}, ensure_ascii=True)
        write_whole(self.folder / _PLAN, text.encode())

    def batch(self, number: int) -> bytes | None:
        """A kept answer."""
        try:
            return (self.folder / f"{number:06d}").read_bytes()
        except FileNotFoundError:
            return None

    def keep_batch(self, number: int, body: bytes) -> None:
        """Keep an answer that was verified."""
        write_whole(self.folder / f"{number:06d}", body)

    def finish(self) -> None:
        """Take the folder away; the plan first, so that what is left by a kill here is no work to go on with."""
        (self.folder / _PLAN).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def kept_plan(folder: Path, identity: Mapping[str, Any]) -> dict[str, Any] | None:
    """The plan in a folder, where it is one of the same question; reads only."""
    try:
        kept = json.loads((folder / _PLAN).read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(kept, dict) or kept.get("identity") != dict(identity) or not isinstance(kept.get("plan"), dict):
        return None
    plan: dict[str, Any] = kept["plan"]
    return plan


def take_away_leftover(out: Path) -> None:
    """Take away what a kill at the very end of a fetch left: a folder without plan."""
    folder = folder_of(out)
    if folder.is_dir() and not (folder / _PLAN).exists():
        with Unfinished(out, {}):
            pass


def write_whole(path: Path, body: bytes) -> None:
    """Write a file whole or not at all, also where the power fails."""
    work = path.with_name(f"{path.name}.new")
    with work.open("wb") as stream:
        stream.write(body)
        stream.flush()
        os.fsync(stream.fileno())
    work.replace(path)
