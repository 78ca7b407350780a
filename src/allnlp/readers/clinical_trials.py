"""ClinicalTrials.gov's JSON: one study, an answer with studies, a list, or one a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from allnlp.readers.json_objects import Bad, json_objects
from allnlp.readers.record import Row, failure
from allnlp.readers.source import Source, opened, scrubbed, text_chunks
from allnlp.readers.trial import Design, Trial, Who, arm, intervention, outcome, trial_row

Json = Mapping[str, Any]


def read_clinical_trials(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of ClinicalTrials.gov's JSON (version 2); results that a study has posted are not read.

    Raises:
        ReadError: the file's compression is damaged.
    """
    with opened(source) as stream:
        for number, value in enumerate(json_objects(text_chunks(stream)), start=1):
            if isinstance(value, Bad):
                yield failure(source_file, number, value.error)
                continue
            study = _object(value, "study") or value
            protocol = _object(study, "protocolSection")
            if not protocol:
                error = "the object has no protocolSection; expected a study as ClinicalTrials.gov's version 2 writes it"
                yield failure(source_file, number, error)
                continue
            yield trial_row(_trial(protocol, _object(study, "derivedSection")), source_file=source_file, source_record=number)


def _trial(protocol: Json, derived: Json) -> Trial:
    about, status = _object(protocol, "identificationModule"), _object(protocol, "statusModule")
    described, conditions = _object(protocol, "descriptionModule"), _object(protocol, "conditionsModule")
    design, arms = _object(protocol, "designModule"), _object(protocol, "armsInterventionsModule")
    outcomes, enrolled = _object(protocol, "outcomesModule"), _object(design, "enrollmentInfo")
    secondary = [_text(item, "id") for item in _objects(about, "secondaryIdInfos")]
    return Trial(
        number=_text(about, "nctId"),
        title=_text(about, "officialTitle") or _text(about, "briefTitle"),
        summary=_text(described, "briefSummary"),
        detail=_text(described, "detailedDescription"),
        conditions=_strings(conditions, "conditions"),
        interventions=tuple(
            intervention(_text(i, "name"), _text(i, "type"), _text(i, "description"), _strings(i, "otherNames"))
            for i in _objects(arms, "interventions")
        ),
        design=_design(design),
        enrollment=_text(enrolled, "count"),
        enrollment_kind=_text(enrolled, "type"),
        who=_who(_object(protocol, "eligibilityModule")),
        primary=_outcomes(outcomes, "primaryOutcomes"),
        secondary=_outcomes(outcomes, "secondaryOutcomes"),
        arms=tuple(arm(_text(a, "label"), _text(a, "type"), _text(a, "description")) for a in _objects(arms, "armGroups")),
        dates=(_date(status, "studyFirstPostDateStruct") or _text(status, "studyFirstSubmitDate"), _date(status, "startDateStruct")),
        revised=_date(status, "lastUpdatePostDateStruct") or _text(status, "lastUpdateSubmitDate"),
        keywords=_strings(conditions, "keywords"),
        mesh_terms=tuple(
            _text(mesh, "term")
            for part in ("conditionBrowseModule", "interventionBrowseModule")
            for mesh in _objects(_object(derived, part), "meshes")
        ),
        registrations=tuple(secondary),
        other_ids=(_text(_object(about, "orgStudyIdInfo"), "id"), *secondary, *_strings(about, "nctIdAliases")),
    )


def _design(design: Json) -> Design:
    info = _object(design, "designInfo")
    return Design(
        kind=_text(design, "studyType"),
        phase="|".join(_strings(design, "phases")),
        allocation=_text(info, "allocation"),
        model=_text(info, "interventionModel") or _text(info, "observationalModel"),
        masking=_text(_object(info, "maskingInfo"), "masking"),
        purpose=_text(info, "primaryPurpose"),
        time=_text(info, "timePerspective"),
        is_registry=design.get("patientRegistry") is True,
    )


def _who(eligibility: Json) -> Who:
    return Who(
        groups=_strings(eligibility, "stdAges"),
        low=_text(eligibility, "minimumAge"),
        high=_text(eligibility, "maximumAge"),
        sex=_text(eligibility, "sex"),
        criteria="\n".join(part for part in (_text(eligibility, "studyPopulation"), _text(eligibility, "eligibilityCriteria")) if part),
    )


def _outcomes(module: Json, key: str) -> tuple[str, ...]:
    return tuple(outcome(_text(o, "measure"), _text(o, "timeFrame"), _text(o, "description")) for o in _objects(module, key))


def _object(parent: Json, key: str) -> Json:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def _objects(parent: Json, key: str) -> list[Json]:
    value = parent.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _strings(parent: Json, key: str) -> tuple[str, ...]:
    value = parent.get(key)
    return tuple(scrubbed(item) for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _text(parent: Json, key: str) -> str:
    value = parent.get(key)
    return scrubbed(value) if isinstance(value, str) else str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _date(parent: Json, key: str) -> str:
    return _text(_object(parent, key), "date")
