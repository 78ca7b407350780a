"""Tables of registries: ClinicalTrials.gov's CSV, new and classic, and the WHO's ICTRP, whose XML has the same names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from allnlp.readers.columns import Cell, normal_name, places, row
from allnlp.readers.record import Row
from allnlp.readers.trial import Design, Trial, Who, intervention, trial_row

_LINE_END = re.compile(r"<\s*/?\s*(?:br|p)\s*/?\s*>", re.IGNORECASE)
_KIND = re.compile(
    r"(drug|biological|device|procedure|radiation|behavioral|genetic|dietary supplement|combination product|diagnostic test|other)\s*:\s*(.+)",
    re.IGNORECASE | re.DOTALL,
)
_TRAIT = re.compile(
    r"(allocation|intervention(?:al)? model|observational model|masking|primary purpose|time perspective)\s*:\s*([^|.;]*)", re.IGNORECASE
)
_AGES = re.compile(r"(?P<low>\d+ \w+) to (?P<high>\d+ \w+)|(?P<least>\d+ \w+) and older|up to (?P<most>\d+ \w+)", re.IGNORECASE)
_GROUP = re.compile(r"older[ _]adult|child|adult", re.IGNORECASE)


def is_registry_table(names: Sequence[str]) -> bool:
    """Whether names of columns, or of elements, are those of a registry's export.

    >>> is_registry_table(["NCT Number", "Study Title", "Conditions"]), is_registry_table(["TrialID", "Public_title"])
    (True, True)
    >>> is_registry_table(["NCT Number", "Title", "Abstract"])
    False
    """
    found = {normal_name(name) for name in names}
    if "abstract" in found:
        return False
    if "trialid" in found:
        return bool(found & {"public title", "scientific title"})
    return "nct number" in found and bool(found & {"conditions", "brief summary", "study status", "interventions", "study url"})


def row_maker(names: Sequence[str], columns: Mapping[str, str] | None = None) -> Callable[..., Row]:
    """The function that makes the row of a table's cells: of a registry's export, or of any other table.

    Args:
        names: names of the columns.
        columns: the user's own choice, which makes a table any other one.

    Raises:
        ReadError: ``columns`` names a column that the table does not have.
    """
    where = places(names, columns)
    if columns or not is_registry_table(names):
        return lambda cells, *, source_file, source_record: row(cells, where, source_file=source_file, source_record=source_record)

    def registered(cells: Sequence[Cell], *, source_file: str, source_record: int) -> Row:
        texts = [cell if isinstance(cell, str) else "; ".join(cell) for cell in cells]
        trial = trial_of(dict(zip(names, texts, strict=False)))
        return trial_row(trial, source_file=source_file, source_record=source_record)

    return registered


def trial_of(cells: Mapping[str, str]) -> Trial:
    """The trial of a registry's cells by the names of their columns.

    >>> trial_of({"TrialID": "NCT00000000", "Public title": "Cells", "Target size": "20"}).enrollment
    '20'
    """
    named = {normal_name(name): _LINE_END.sub("\n", value) for name, value in cells.items()}

    def cell(*names: str) -> str:
        return next((named[name].strip() for name in names if named.get(name, "").strip()), "")

    is_who = "trialid" in named
    criteria = "\n".join(
        f"{head}\n{text}" if not text.lower().startswith(head.split()[0].lower()) else text
        for head, name in (("Inclusion Criteria:", "inclusion criteria"), ("Exclusion Criteria:", "exclusion criteria"))
        if (text := cell(name))
    )
    others = tuple(part.strip() for part in re.split(r"[|;]", cell("other ids", "secondary id", "secondary ids", "secondary id s")))
    return Trial(
        number=cell("nct number", "trialid"),
        title=cell("study title", "title", "scientific title", "public title"),
        registry=cell("source register") or "ClinicalTrials.gov" if is_who else "ClinicalTrials.gov",
        summary=cell("brief summary"),
        conditions=tuple(part.strip() for part in re.split(r"[|;\n]", cell("conditions", "condition")) if part.strip()),
        interventions=_interventions(cell("interventions", "intervention"), is_who=is_who),
        design=_design(cell),
        enrollment=cell("enrollment", "target size"),
        enrollment_kind="target size" if is_who else "",
        who=_who(cell, criteria),
        primary=_listed(cell("primary outcome measures", "outcome measures", "primary outcome"), is_who=is_who),
        secondary=_listed(cell("secondary outcome measures", "secondary outcome"), is_who=is_who),
        dates=(cell("first posted", "date registration3"), cell("date registration"), cell("start date", "date enrollement")),
        revised=cell("last update posted", "last refreshed on"),
        registrations=others,
        other_ids=others,
    )


def _interventions(text: str, *, is_who: bool) -> tuple[str, ...]:
    """Interventions of 'DRUG: A|BIOLOGICAL: B'; free text of the WHO's stays as it stands."""
    items = [item.strip() for item in re.split(r"[|;\n]" if is_who else r"\|", text) if item.strip()]
    found = [_KIND.fullmatch(item) for item in items]
    if is_who and not all(found):
        return (text,) if text else ()
    return tuple(intervention(m[2], m[1]) if m else item for m, item in zip(found, items, strict=True))


def _listed(text: str, *, is_who: bool) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[;\n]" if is_who else r"\|", text) if part.strip())


def _design(cell: Callable[..., str]) -> Design:
    said = cell("study design", "study designs")
    traits = {m[1].lower().replace("interventional", "intervention"): m[2].strip() for m in _TRAIT.finditer(said)}
    return Design(
        kind=cell("study type"),
        phase=cell("phases", "phase"),
        allocation=traits.get("allocation", ""),
        model=traits.get("intervention model") or traits.get("observational model") or "",
        masking=traits.get("masking", ""),
        purpose=traits.get("primary purpose", ""),
        time=time if len(time := traits.get("time perspective", "")) > 1 else "",
        note="" if traits else said,
    )


def _who(cell: Callable[..., str], criteria: str) -> Who:
    said = cell("age")
    found = _AGES.search(said)
    parts = found.groupdict() if found else {}
    return Who(
        groups=tuple(m[0].replace(" ", "_") for m in _GROUP.finditer(said)),
        low=parts.get("low") or parts.get("least") or _years(cell("inclusion agemin")),
        high=parts.get("high") or parts.get("most") or _years(cell("inclusion agemax")),
        sex=cell("sex", "gender", "inclusion gender"),
        criteria=criteria,
    )


def _years(age: str) -> str:
    """An age with its unit: a bare number is of years."""
    return f"{age} years" if age.isdigit() else age
