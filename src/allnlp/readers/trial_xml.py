"""Trials as XML: the WHO's ICTRP, and ClinicalTrials.gov's classic form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from allnlp.readers.elements import Element, element_rows, flat, local
from allnlp.readers.record import Row, clean
from allnlp.readers.source import Source
from allnlp.readers.trial import Design, Trial, Who, arm, intervention, outcome, trial_row
from allnlp.readers.trial_table import trial_of


def read_trial_xml(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of a registry's XML; results that a study has posted are not read.

    Raises:
        ReadError: the file declares entities or its compression is damaged.
    """
    return element_rows(source, "Trial", "clinical_study", row=_trial, source_file=source_file)


def _trial(element: Element, source_file: str, number: int) -> Row:
    trial = trial_of({local(e): flat(e) for e in element}) if local(element) == "Trial" else _classic(element)
    return trial_row(trial, source_file=source_file, source_record=number)


def _classic(study: Element) -> Trial:
    def one(path: str) -> str:
        return flat(study.find(path))

    def several(path: str) -> tuple[str, ...]:
        return tuple(text for text in map(flat, study.iterfind(path)) if text)

    enrolled = study.find("enrollment")
    secondary = several("id_info/secondary_id")
    return Trial(
        number=one("id_info/nct_id"),
        title=one("official_title") or one("brief_title"),
        summary=_block(study, "brief_summary"),
        detail=_block(study, "detailed_description"),
        conditions=several("condition"),
        interventions=tuple(
            intervention(flat(e.find("intervention_name")), flat(e.find("intervention_type")), flat(e.find("description")),
                         [flat(other) for other in e.iterfind("other_name")])
            for e in study.iterfind("intervention")
        ),
        design=Design(
            kind=one("study_type"),
            phase=one("phase"),
            allocation=one("study_design_info/allocation"),
            model=one("study_design_info/intervention_model") or one("study_design_info/observational_model"),
            masking=one("study_design_info/masking"),
            purpose=one("study_design_info/primary_purpose"),
            time=one("study_design_info/time_perspective"),
        ),
        enrollment=flat(enrolled),
        enrollment_kind=(enrolled.get("type") or "") if enrolled is not None else "",
        who=Who(
            low=one("eligibility/minimum_age"),
            high=one("eligibility/maximum_age"),
            sex=one("eligibility/gender"),
            criteria=_block(study, "eligibility/criteria"),
        ),
        primary=_outcomes(study, "primary_outcome"),
        secondary=_outcomes(study, "secondary_outcome"),
        arms=tuple(
            arm(flat(e.find("arm_group_label")), flat(e.find("arm_group_type")), flat(e.find("description")))
            for e in study.iterfind("arm_group")
        ),
        dates=(one("study_first_posted"), one("study_first_submitted"), one("start_date")),
        revised=one("last_update_posted"),
        keywords=several("keyword"),
        mesh_terms=(*several("condition_browse/mesh_term"), *several("intervention_browse/mesh_term")),
        registrations=secondary,
        other_ids=(one("id_info/org_study_id"), *secondary, *several("id_info/nct_alias")),
    )  # fmt: skip


def _outcomes(study: Element, name: str) -> tuple[str, ...]:
    return tuple(
        outcome(flat(e.find("measure")), flat(e.find("time_frame")), flat(e.find("description"))) for e in study.iterfind(name)
    )


def _block(study: Element, path: str) -> str:
    """Paragraphs of a text block, whose lines are broken at a fixed width."""
    text = study.findtext(f"{path}/textblock") or ""
    return "\n".join(clean(paragraph) for paragraph in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")) if paragraph.strip())
