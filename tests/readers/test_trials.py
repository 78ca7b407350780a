"""Registered trials: ClinicalTrials.gov as JSON, CSV and classic XML, the WHO's ICTRP as XML and CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from allnlp.readers import read, sniff
from allnlp.readers.record import trial_ids
from allnlp.schema import Document, Failure
from allnlp.text.registrations import find_registrations

DATA = Path(__file__).parents[1] / "data" / "exports"
STUDIES: list[dict[str, Any]] = json.loads((DATA / "two.trials.json").read_text())["studies"]
HEADER = (
    "NCT Number,Study Title,Study URL,Acronym,Study Status,Brief Summary,Study Results,Conditions,Interventions,Primary Outcome Measures,"
    "Secondary Outcome Measures,Other Outcome Measures,Sponsor,Collaborators,Sex,Age,Phases,Enrollment,Funder Type,Study Type,Study Design,"
    "Other IDs,Start Date,Primary Completion Date,Completion Date,First Posted,Results First Posted,Last Update Posted,Locations,Study Documents"
).split(",")
CLASSIC = """<?xml version="1.0" encoding="UTF-8"?>
<clinical_study rank="1">
  <required_header><url>https://clinicaltrials.gov/show/NCT09990005</url></required_header>
  <id_info><org_study_id>INV-5</org_study_id><nct_id>NCT09990005</nct_id></id_info>
  <brief_title>Invented Drug</brief_title>
  <official_title>A Study of an Invented Drug in Myeloma</official_title>
  <brief_summary><textblock>
      The drug is given to people whose
      myeloma has come back.

      They are seen monthly.
  </textblock></brief_summary>
  <start_date>March 2015</start_date>
  <phase>Phase 2/Phase 3</phase>
  <study_type>Interventional</study_type>
  <study_design_info><allocation>Randomized</allocation><intervention_model>Parallel Assignment</intervention_model>
    <primary_purpose>Treatment</primary_purpose><masking>None (Open Label)</masking></study_design_info>
  <primary_outcome><measure>Survival</measure><time_frame>2 years</time_frame></primary_outcome>
  <enrollment type="Actual">120</enrollment>
  <condition>Multiple Myeloma</condition>
  <arm_group><arm_group_label>Drug</arm_group_label><arm_group_type>Experimental</arm_group_type></arm_group>
  <intervention><intervention_type>Drug</intervention_type><intervention_name>Lenalidomide</intervention_name></intervention>
  <eligibility><criteria><textblock>
        Inclusion Criteria:

          -  Relapsed myeloma
  </textblock></criteria><gender>All</gender><minimum_age>18 Years</minimum_age><maximum_age>N/A</maximum_age></eligibility>
  <study_first_posted type="Estimate">February 2, 2015</study_first_posted>
  <last_update_posted type="Actual">June 5, 2018</last_update_posted>
</clinical_study>
"""


def documents(path: Path) -> list[Document]:
    rows = list(read([path]))
    assert not [row for row in rows if isinstance(row, Failure)]
    return [row for row in rows if isinstance(row, Document)]


def table(rows: list[dict[str, str]], names: list[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_fields_of_a_study_are_sentences_under_their_labels() -> None:
    first, second = documents(DATA / "two.trials.json")
    assert first.abstract.split("\n") == [
        "BRIEF SUMMARY: We want to know whether tisagenlecleucel is safe.",
        "DETAILED DESCRIPTION: Cells are given once.",
        "Follow-up is 5 years.",
        "CONDITIONS: B-cell Acute Lymphoblastic Leukemia.",
        "INTERVENTIONS: Tisagenlecleucel (biological; also called CTL019): CD19-directed CAR T cells.",
        "DESIGN: This is an interventional, single-group, open-label phase 1/2 trial; its purpose is treatment.",
        "ENROLLMENT: 97 participants (actual).",
        "ELIGIBILITY: Eligible are children and adults aged 3 years to 25 years, of any sex.",
        "Inclusion Criteria:",
        "* Karnofsky score >= 50",
        "Exclusion Criteria:",
        "* Active central nervous system lymphoma.",
        "PRIMARY OUTCOMES: Overall remission rate (time frame: 3 months): Complete remission.",
        "SECONDARY OUTCOMES: Cytokine release syndrome (time frame: 30 days).",
        "ARMS: Cells (experimental): One infusion.",
        "REGISTRATION: NCT09990001; 2019-001234-12.",
    ]
    assert (first.doc_id, first.journal, first.year, first.publication_date) == ("NCT09990001", "ClinicalTrials.gov", 2019, "2019-02-11")
    assert (first.revised, first.keywords, first.mesh_terms) == ("2023-07-04", ("CD19",), ("Leukemia, B-Cell",))
    assert first.publication_types == ("Clinical Trial Registration", "Clinical Trial, Phase I", "Clinical Trial, Phase II")
    assert first.trial_ids == ("NCT09990001", "2019-001234-12")
    assert first.other_ids == ("INV-CART-1", "U1111-0000")
    assert (second.doc_id, second.title, second.abstract) == ("NCT09990002", "A second study", "REGISTRATION: NCT09990002.")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(STUDIES[0]),
        json.dumps(STUDIES[0], indent=2),
        json.dumps(STUDIES),
        json.dumps({"studies": STUDIES}),
        "".join(json.dumps(study) + "\n" for study in STUDIES),
    ],
    ids=["one", "one indented", "list", "answer", "lines"],
)
def test_every_way_of_keeping_studies_gives_the_same_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a"
    path.write_text(text)
    assert sniff(path.read_bytes(), "a") == "trials-json"
    found = documents(path)
    assert len(found) == text.count('"protocolSection"')
    assert found[0].text == documents(DATA / "two.trials.json")[0].text


def test_folder_of_single_studies_is_read(tmp_path: Path) -> None:
    for number, study in enumerate(STUDIES):
        (tmp_path / f"{number}.json").write_text(json.dumps(study))
    assert [row.doc_id for row in documents(tmp_path)] == ["NCT09990001", "NCT09990002"]


def test_study_cut_off_and_study_without_protocol_are_failures(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"studies": [STUDIES[0], {"hasResults": False}, STUDIES[1]]})[:-80])
    first, second, third = read([path])
    assert isinstance(first, Document)
    assert isinstance(second, Failure)
    assert "no protocolSection" in second.error
    assert isinstance(third, Failure)
    assert (third.source_record, "has no end" in third.error) == (3, True)


def test_study_without_number_and_title_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"protocolSection": {"statusModule": {"overallStatus": "UNKNOWN"}}}')
    (row,) = read([path])
    assert isinstance(row, Failure)
    assert "neither a registration nor a title" in row.error


def test_csv_of_the_registry_is_read_as_trials(tmp_path: Path) -> None:
    row = {
        "NCT Number": "NCT09990001", "Study Title": "Invented Cells", "Brief Summary": "We want to know, whether it works.",
        "Conditions": "Leukemia|Lymphoma, B-Cell", "Interventions": "BIOLOGICAL: Tisagenlecleucel|DRUG: Fludarabine",
        "Primary Outcome Measures": "Remission, Complete, 3 months|Survival, , 2 years", "Sex": "ALL", "Age": "CHILD, ADULT",
        "Phases": "PHASE1|PHASE2", "Enrollment": "97", "Study Type": "INTERVENTIONAL",
        "Study Design": "Allocation: NA|Intervention Model: SINGLE_GROUP|Masking: NONE|Primary Purpose: TREATMENT",
        "Other IDs": "INV-CART-1|2019-001234-12", "Start Date": "2019-03-01", "First Posted": "2019-02-11", "Last Update Posted": "2023-07-04",
    }  # fmt: skip
    path = tmp_path / "ctg-studies.csv"
    path.write_text(table([row, {"NCT Number": "NCT09990002", "Study Title": "A second"}], HEADER))
    first, second = documents(path)
    assert first.abstract.split("\n") == [
        "BRIEF SUMMARY: We want to know, whether it works.",
        "CONDITIONS: Leukemia; Lymphoma, B-Cell.",
        "INTERVENTIONS: Tisagenlecleucel (biological).",
        "Fludarabine (drug).",
        "DESIGN: This is an interventional, single-group, open-label phase 1/2 trial; its purpose is treatment.",
        "ENROLLMENT: 97 participants.",
        "ELIGIBILITY: Eligible are children and adults, of any sex.",
        "PRIMARY OUTCOMES: Remission, Complete, 3 months.",
        "Survival, , 2 years.",
        "REGISTRATION: NCT09990001; 2019-001234-12.",
    ]
    assert (first.doc_id, first.year, first.revised, first.other_ids) == ("NCT09990001", 2019, "2023-07-04", ("INV-CART-1",))
    assert second.doc_id == "NCT09990002"


def test_classic_csv_is_read_as_trials(tmp_path: Path) -> None:
    row = {
        "Rank": "1", "NCT Number": "NCT09990001", "Title": "Invented Cells", "Status": "Completed", "Conditions": "Leukemia",
        "Interventions": "Drug: Fludarabine", "Age": "3 Years to 25 Years   (Child, Adult)", "Gender": "All", "Phases": "Phase 2",
        "Enrollment": "97", "Study Type": "Interventional", "First Posted": "February 11, 2019",
    }  # fmt: skip
    path = tmp_path / "SearchResults.csv"
    path.write_text(table([row], list(row)))
    (found,) = documents(path)
    assert "ELIGIBILITY: Eligible are children and adults aged 3 years to 25 years, of any sex." in found.abstract
    assert found.publication_date == "2019-02-11"


def test_table_with_registrations_and_abstracts_is_any_other_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("NCT Number,Title,Abstract\nNCT09990001,Invented cells,We made up.\n")
    (found,) = documents(path)
    assert (found.abstract, found.trial_ids, found.publication_types) == ("We made up.", ("NCT09990001",), ())


def test_columns_that_are_chosen_go_before(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("NCT Number,Study Title,Brief Summary,Conditions\nNCT09990001,Invented cells,We made up.,Leukemia\n")
    (found,) = read([path], columns={"title": "Study Title", "abstract": "Brief Summary"})
    assert isinstance(found, Document)
    assert found.abstract == "We made up."


def test_classic_xml_is_read_with_unbroken_paragraphs(tmp_path: Path) -> None:
    path = tmp_path / "NCT09990005.xml"
    path.write_text(CLASSIC)
    (found,) = documents(path)
    assert found.abstract.split("\n")[:2] == [
        "BRIEF SUMMARY: The drug is given to people whose myeloma has come back.",
        "They are seen monthly.",
    ]
    assert "randomized, parallel-group, open-label phase 2/3 trial" in found.abstract
    assert "aged 18 years or older" in found.abstract
    assert (found.doc_id, found.publication_date, found.other_ids) == ("NCT09990005", "2015-02-02", ("INV-5",))


def test_trials_of_the_who_are_read() -> None:
    first, second = documents(DATA / "two.ictrp.xml")
    assert (first.doc_id, first.journal, first.publication_date) == ("ChiCTR2100000001", "ChiCTR", "2021-03-05")
    assert "ENROLLMENT: 20 participants (target size)." in first.abstract
    assert "aged 18 years to 75 years" in first.abstract
    assert "Inclusion Criteria:\nRelapsed multiple myeloma\nECOG 0 to 2\nExclusion Criteria:\nPregnancy." in first.abstract
    assert "INTERVENTIONS: Azacitidine (drug).\nVenetoclax (drug)." in second.abstract
    assert "randomized, parallel-group, open-label phase 3 trial; its purpose is treatment." in second.abstract


def test_csv_of_the_who_has_the_same_columns(tmp_path: Path) -> None:
    row = {"TrialID": "NCT09990003", "Public title": "Cells", "Scientific title": "", "Target size": "40", "Condition": "Leukemia", "Phase": "Phase 3",
           "Study type": "Interventional", "Source Register": "ClinicalTrials.gov", "Inclusion Criteria": "Adults"}  # fmt: skip
    path = tmp_path / "ICTRP-Results.csv"
    path.write_text(table([row], list(row)))
    (found,) = documents(path)
    assert (found.doc_id, found.title) == ("NCT09990003", "Cells")
    assert "ENROLLMENT: 40 participants (target size)." in found.abstract


@pytest.mark.parametrize(
    "number",
    [
        "NCT09990001", "ISRCTN09990001", "ACTRN12699000000001", "2019-001234-12", "2023-501234-12-00", "ChiCTR2100000001", "ChiCTR-OPN-16000001",
        "UMIN000000001", "DRKS00000001", "CTRI/2021/03/000001", "jRCTs031990001", "KCT0000001", "IRCT20990101000001N1", "NTR1234", "PACTR202199000000001",
        "TCTR20210300001", "RBR-6n9tgx", "RPCEC00000001", "SLCTR/2021/001", "JapicCTI-990001", "NL-OMON12345",
    ],
)  # fmt: skip
def test_numbers_of_every_registry_are_known_in_cells_as_in_texts(number: str) -> None:
    assert trial_ids([f"Registry/{number}"]) == (number,)
    assert [found for found, _ in find_registrations(f"registered as {number.lower()}.")] != []


@pytest.mark.parametrize("text", ["GENBANK/AB123456", "TCTR123", "RBR", "2023-50123-12", "PMC1234567"])
def test_other_numbers_are_no_registrations(text: str) -> None:
    assert trial_ids([text]) == ()
