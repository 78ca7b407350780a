"""What an answer comes from: the folder, its versions, the filters, and the command that asks for the same again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from allnlp.collection.filters import Filters
from allnlp.tables import read_manifest


def provenance(folder: Path, command: str, filters: Filters, notes: tuple[str, ...] = ()) -> dict[str, Any]:
    """For ``attrs["provenance"]`` of a result: plain values, the same for the same question.

    Args:
        folder: the annotated folder.
        command: that asks for the same.
        filters: what was left out.
        notes: what the reader should know, as what is not counted.
    """
    manifest = read_manifest(folder)
    return {
        "command": command,
        "folder": str(folder),
        "filters": filters.said(),
        "allnlp": metadata.version("allnlp"),
        "annotated_with": dict(manifest.get("versions", {})),
        "terminology": manifest.get("terminology"),
        "notes": list(notes),
    }


def asked_command(name: str, folder: Path, filters: Filters, options: Mapping[str, Any], *, words: tuple[str, ...] = ()) -> str:
    """The command that asks for the same; defaults that are None or False are left out.

    >>> asked_command("trend", Path("cart"), Filters(years=(2018, None)), {"level": "sentence", "narrower": True}, words=("CD19",))
    'allnlp trend cart CD19 --level sentence --narrower --year 2018:'

    Args:
        name: of the command.
        folder: the annotated folder.
        filters: what was left out.
        options: by name, without dashes; a list repeats the option.
        words: what stands after the folder.
    """
    out = ["allnlp", name, str(folder), *words]
    for option, value in {**options, **_filter_options(filters)}.items():
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one is None or one is False:
                continue
            out += [f"--{option.replace('_', '-')}"] if one is True else [f"--{option.replace('_', '-')}", str(one)]
    return shlex.join(out)


def _filter_options(filters: Filters) -> dict[str, Any]:
    low, high = filters.years
    years = None if low is None and high is None else str(low) if low == high else f"{low or ''}:{high or ''}"
    return {
        "year": years,
        "journal": list(filters.journals),
        "study_type": list(filters.study_types),
        "population": list(filters.populations),
        "mentioning": list(filters.mentioning),
        "section": list(filters.sections),
        "include": [a for a in filters.assertions if a != "present"],
        "matching": list(filters.matching),
        "lacking": list(filters.lacking),
        "decision": list(filters.decisions),
    }
