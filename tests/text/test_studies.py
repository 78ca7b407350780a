"""Study records of invented abstracts: each cell, with what must not be read into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from allnlp.schema import Study, document_text
from allnlp.text import Lexicon, annotate_text
from allnlp.text.studies import study_record

Read = Callable[..., Study]
BACKGROUND = "Outcomes of this disease remain poor."


@pytest.fixture(scope="module")
def read(lexicon: Lexicon) -> Read:
    """Reads the study record of a title and an abstract."""

    def record(
        abstract: str,
        title: str = "",
        *,
        trial_ids: Sequence[str] = (),
        publication_types: Sequence[str] = (),
        targets: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    ) -> Study:
        text = document_text(title, abstract)
        found = annotate_text("d", text, lexicon, title_end=len(title) if abstract else 0)
        return study_record(
            "d", text, found.sentences, found.mentions, trial_ids=trial_ids, publication_types=publication_types, targets=targets or {}
        )

    return record


TYPES = (
    ("phase 1", "", "We conducted a phase I trial of drug X. Twelve patients were treated."),
    ("phase 1", "A first-in-human study of drug X in leukemia", "In this first-in-human trial, 18 patients were enrolled. No deaths occurred."),
    ("phase 1", "Drug X in lymphoma", "We report an expansion cohort opened after phase 1 dose escalation. The 40 patients enrolled were treated at 5 mg."),
    ("phase 1/2", "Drug X in myeloma: a phase 1b/2 study", "A total of 44 patients received drug X."),
    ("phase 2", "Drug X in myeloma", "In this phase 2 study, 30 patients received drug X. Randomised phase 3 trials are warranted."),
    ("phase 3", "Drug X or placebo: a randomised phase III trial", "We randomly assigned 400 patients to drug X or placebo. An earlier phase 2 trial was positive."),
    ("other", "Drug X against relapse: results of the EXAMPLE trial", "We gave drug X to 50 patients. It was associated with a low incidence of relapse and predicted survival."),
    ("other", "Drug X or observation", "Patients were randomly assigned to drug X or observation. A total of 90 patients were randomized."),
    ("other", "A survey of nurses", "We sent a questionnaire to hospitals. A total of 210 nurses responded."),
    ("other", "Cost-effectiveness of drug X: a payer perspective", "A Markov model compared drug X with standard care. Drug X was cost-effective."),
    ("retrospective", "Drug X after relapse", "We retrospectively reviewed 60 patients with acute myeloid leukemia treated with drug X."),
    ("retrospective", "A risk score for relapse", "A total of 900 patients enrolled in trials of our group were analyzed. The risk model was validated."),
    ("retrospective", "Drug X in daily practice", "Between 2011 and 2017, 318 patients were treated with drug X at our hospital. Median survival was 9 months."),
    ("retrospective", "Costs of admission", "We analyzed 430 patients of a prospectively maintained database. Mortality was associated with age and predicted by sepsis."),
    ("retrospective", "A national population-based cohort study of acute myeloid leukemia", "We included 2992 patients. Survival was 40%."),
    ("retrospective", "Four cases of lymphoma of the heart", "We describe four patients with lymphoma. Two patients died."),
    ("prospective cohort", "Drug X in practice: a prospective cohort study", "This study included 209 patients. The trial was registered."),
    ("prospective cohort", "Strain imaging after treatment", "Seventy-five patients with lymphoma were studied. Blood was collected at baseline and after each cycle."),
    ("registry", "Transplantation for leukemia", "We analyzed 268 patients who were reported to the national registry. Survival was 60%."),
    ("case report", "Chylothorax in a patient with lymphoma", "A 45-year-old man presented with dyspnea. He recovered."),
    ("case report", "Lymphoma of the eyelid", "We report a case of lymphoma of the eyelid. We also review the cases of the literature."),
    ("meta-analysis", "Drug X: a systematic review and meta-analysis", "We searched PubMed and Embase. Nine trials with 1200 patients were included."),
    ("meta-analysis", "Drug X for lymphoma", "We performed a meta-analysis of eight studies. The pooled response rate was 60%. A random effects model was used."),
    ("review", "Drug X in lymphoma", "Lymphoma is common. In this review, we discuss trials of drug X. A phase 3 trial showed a benefit."),
    ("review", "Advances in the treatment of myeloma: an overview", "Many drugs were approved. New trials are under way."),
    ("guideline", "Management of lymphoma: a consensus statement", "An expert panel was convened. These recommendations were graded."),
    ("guideline", "Eradication therapy: recommendation by the national society", "The therapy is insured. It has two steps."),
    ("preclinical", "Drug X kills leukemia cells", "We show that drug X induces apoptosis in cell lines. In mice, xenograft growth was reduced. Phosphorylation was inhibited."),
    ("preclinical", "Cloning of a gene of erythroid cells", "A cDNA was cloned from mouse cells. The protein was found in vitro."),
    # Registered and without a word of its design: a trial; observed: a cohort
    ("other", "Drug X in lymphoma: five years", "We gave drug X to 50 patients with lymphoma. Median age was 60 years. It is registered (NCT01234567). Prognostic factors predicted relapse."),
    ("prospective cohort", "Transformation of drug X users", "In this observational, prospective program of 90 patients with lymphoma the median age was 60 years. NCT01234567 was assigned."),
    ("retrospective", "Drug X in lymphoma", "We studied 50 patients with lymphoma of four trials (NCT01234567, NCT01234568, NCT01234569). Median age was 60 years. Mutations predicted and were associated with relapse."),
    ("other", "A new regimen", "We treat patients with drug X. Eight patients have enrolled. All patients received 5 mg/m2."),
    ("other", "Blockade in solid tumors", "We expanded this study to evaluate the efficacy of blockade in patients with tumors. Responses were seen in 53% of patients. Overall survival was not reached."),
    # Public data, and a test against another; not work in cells that also looks at public data
    ("other", "A five-gene prognostic signature of leukemia", "We analyzed data of The Cancer Genome Atlas. The risk groups differed in survival. Signaling and mRNA pathway terms were enriched."),
    ("preclinical", "Drug X kills leukemia cells", "We show that drug X induces apoptosis in cell lines and mice. mRNA of TCGA was high. Phosphorylation and proliferation were inhibited."),
    ("other", "Staining as a screening tool for a fusion", "We stained 120 patients' samples. The concordance of staining and sequencing was 95%."),
    ("retrospective", "A prognostic model and clinical trial tool for lymphoma", "We analyzed 448 patients. The model was validated in a prospective cohort and in one trial."),
    ("retrospective", "Imaging of lymph nodes", "We studied 75 patients with cross-sectional imaging. Response was seen in 55% of patients."),
    ("other", "Habits of patients", "We studied 75 patients in a cross-sectional study. Fatigue was frequent."),
    ("registry", "Transplantation of the elderly", "We studied outcomes. The European Group for Blood and Marrow Transplantation database contained data on 277 patients. Survival was 30%."),
    ("other", "A graft protocol", "We treated 50 patients; all were enrolled in this trial. The trial was registered with the regional public registry."),
    ("prospective cohort", "Tapering of drug X after transplantation", "Relapse is frequent. The strategy was prospectively evaluated. Thirty patients received early tapering."),
    ("retrospective", "Bridging therapy", "Between 2011 and 2017, 276 patients received bridging therapy. We analyzed survival. Prospective evaluation of strategies is warranted."),
    ("prospective cohort", "Counseling of patients: a cohort study", "We assessed counseling. The cohort prospectively enrolled patients. Of 77 patients with a questionnaire, 50 were counseled."),
    # Phases of others: in a review without words of its own, launched later, of the first part
    ("review", "Drug X in the treatment of myelodysplasia", "Myelodysplasia is common in the elderly and its treatment is difficult. Drug X is effective in a phase III randomized trial that compares it with care. It is licensed for all subtypes. Patients with monosomy 7 benefit most. Treatment with drug X needs to be considered in all patients who are eligible."),
    ("preclinical", "Discovery and preclinical activity of drug X", "We describe drug X, which induces apoptosis. Based on these data, a phase I clinical trial has been launched in patients."),
    ("phase 2", "Two antibodies in myeloma", "Phase 1 of the EXAMPLE-1 study showed efficacy. In this phase 2 study, we treated 90 patients."),
    ("phase 3", "Drug X or not", "EXAMPLE, a phase 3, randomized, double-blind, placebo-controlled study, investigated drug X. Patients were randomized 1:1."),
    # Told in the present of others' work, or made in a laboratory
    ("review", "Depletion of T cells", "Grafts deplete of T cells carry less risk. Murine models show the same. Trials are being conducted to evaluate it, and they find low rates of disease. Others are under way. Laboratory work will clarify how function is kept, and informs strategies. It is a promising way to lower risk for many patients, who benefit from it in all settings."),
    ("review", "Adverse events of drug X: experience from the phase 3 trial", "Reviewed here are adverse events during treatment with drug X."),
    ("preclinical", "Breakpoints of a translocation", "We have isolated a clone with rearrangements in each of nine cases of leukemia. cDNA clones of the transcription factor had homology to Drosophila genes. The amino acid sequence was found."),
    ("preclinical", "Cloning of a transporter", "A clone has been isolated from leukemia cells. The amino acid sequence predicts a protein with many domains. Its residues have homology to other transporters of the same family and to receptors of the membrane. Uptake resembles that of platelets and is sensitive to drugs of several classes, all of which are in use. It is highly expressed."),
    ("preclinical", "Drug X alters the immune landscape of cancer", "We established resistant cell lines. Drug X was found to delay growth in mice and apoptosis was induced."),
    ("review", "The immune landscape of leukemia", "The immune system is altered in leukemia. Trials in patients are under way. New drugs are being tested."),
    ("preclinical", "Methylation in blood cells", "We describe a method. Changes were seen in a patient with leukemia and in cell lines. DNA of cells was measured in vitro."),
    # Patients of one named trial, looked at again, are of a trial; those of several are looked back at; others' trials are neither
    ("other", "Mutations in the elderly", "In 151 patients enrolled in the AMLX-99 trial we sequenced 64 genes. They were associated with survival and predicted relapse."),
    ("other", "Body weight in the EXAMPLE 205 study", "We analyzed survival of patients treated with drug X. Weight was associated with survival and predicted relapse."),
    ("other", "A phenotype: a report from the group protocol XYZ12", "The profile was studied in 769 patients. Clusters were associated with survival and predicted relapse."),
    ("retrospective", "Karyotypes of leukemia", "We analyzed 140 patients enrolled in trials of the AMLX-99 and AMLX-03 protocols. They were associated with survival and predicted relapse."),
    ("retrospective", "Drug X at our hospitals", "Between 2011 and 2017, 315 patients received drug X. Survival was inferior to that of the EXAMPLE trial."),
    ("retrospective", "Drug X versus drug Y: a propensity score analysis", "We analyzed 110 patients of two consecutive, prospective, phase 2 clinical trials."),
    ("retrospective", "Prevalence of leukemia in claims data", "We identified 10789 patients. Numbers were compared with those of cancer registries; cases of the registries were fewer."),
    ("retrospective", "Rearrangements of lymphoma: a national cohort study", "Lymphoma is rare. Rearrangements were described before."),
    ("case report", "Dose escalation of drug X", "In this report, we describe two patients with lymphoma. Both responded."),
    ("case report", "Lymphoma of the brain in two children", "Lymphoma was found in two children who died at 6 and 14 months of age."),
    ("case report", "Sarcoma as an epidural mass", "The authors report an aleukemic patient with paresis."),
    ("other", "Perspectives of physicians on lymphoma", "An anonymous, electronic survey was distributed to hospitals. Most would give drug X."),
    ("review", "Drug X in myeloma", "Patients are rarely in trials. This expert opinion offers recommendations for the use of drug X. Current guidelines support it."),
    ("review", "Drug X: a novel inhibitor", "Objective: To review and summarize data on drug X. A literature search using PubMed was conducted. Rituximab (n = 110) was the comparator."),
    ("review", "Mutations that influence decisions", "Purpose of review Many mutated genes were found in leukemia. Recent findings Models of prognosis were refined by gene expression and signaling."),
    ("review", "Quality of life in leukemia: a systematic literature review", "MEDLINE and EMBASE databases were searched. Fourteen studies met the eligibility criteria and were included."),
    ("review", "Mutations of leukemia", "Introduction: Pathways are known. Areas covered: Literature was searched in PubMed. Articles were selected. Expert opinion: Options have increased."),
    ("other", "Drug X or drug Y: a prospective, randomized, clinical study", "The objectives were to compare drug X and drug Y in patients."),
    ("case report", "Drug X in one patient with leukemia", "The infusion induced fevers."),
    ("preclinical", "A score of stem cells", "Apoptosis was studied in vitro and protein expression was measured. It was the same in our patient cohort. We identified signaling in cell lines."),
    ("other", "Growth factor in myeloma", "Serum levels were measured in 57 patients with myeloma and in 20 healthy controls. They did not differ."),
    ("other", "Two peptides as a vaccine", "We describe the safety of a vaccine. Eight patients received one dose each."),
    ("phase 3", "Residual disease in leukemia", "In 62 patients on the randomized phase III ABCD-0106 clinical trial, detection was compared. It was seen in 22 patients (P<0.001)."),
    ("case report", "Transformation after drug X", "We report a kinase receptor gene (ALK)-positive patient who showed a paradoxical response. This case is unusual."),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "title", "abstract"), TYPES, ids=[f"{kind}: {title or abstract}"[:60] for kind, title, abstract in TYPES])
def test_the_study_type_is_that_of_the_documents_own_work(read: Read, kind: str, title: str, abstract: str) -> None:
    assert read(abstract, title).study_type == kind


@pytest.mark.parametrize(
    "abstract",
    [
        "A previous phase 2 trial was positive. We retrospectively analyzed 40 patients.",
        "We retrospectively analyzed 40 patients. The recommended phase 2 dose was not given.",
        "We retrospectively analyzed 40 patients with chronic phase leukemia. Prospective trials are needed.",
        "Guidelines recommend drug X. We retrospectively analyzed 40 patients and their adherence to guidelines.",
        "We retrospectively analyzed 40 patients. Case report forms were not used.",
        "We retrospectively analyzed 40 patients with lymphoma. This was approved by the institutional review board.",
    ],
)
def test_words_on_others_do_not_name_the_type(read: Read, abstract: str) -> None:
    assert read(abstract, "Drug X in practice").study_type == "retrospective"


def test_types_of_the_record_come_first(read: Read) -> None:
    abstract = "We treated 20 patients with drug X in a phase 1/2 trial."
    assert read(abstract, publication_types=["Journal Article", "Clinical Trial, Phase II"]).study_type == "phase 1/2"
    assert read(abstract, publication_types=["Case Reports"]).study_type == "case report"
    assert read(abstract, publication_types=["Journal Article"]).study_type == "phase 1/2"


def test_the_sentence_that_says_the_type_is_kept(read: Read) -> None:
    study = read(f"{BACKGROUND} We retrospectively analyzed 40 patients.", "Drug X in practice")
    assert (study.study_type, study.study_type_sentences) == ("retrospective", (2,))


@pytest.mark.parametrize(
    ("n", "abstract"),
    [
        (20, "We treated 20 patients with drug X."),
        (88, "A total of 104 patients were enrolled, of whom 88 were treated. Response was seen in 60 of 88 patients."),
        (199, "In all, 264 patients were screened. Among them, 199 patients were treated with drug X."),
        (253, "A total of 253 patients were randomized; 30 patients relapsed. Of the 45 patients who responded, 12 died."),
        (60, "We assigned patients to drug X (n = 40) or drug Y (n = 20)."),
        (142, "Eighty-three patients were registered in the good-risk cohort and 59 in the poor-risk cohort."),
        (63, "We studied 41 patients with leukemia and 22 patients with lymphoma."),
        (316, "From 1997 to 2018, we identified 307 adults and 9 children with the syndrome."),
        (2375, "A total of 1008 patients diagnosed in 2008 and 1367 patients diagnosed in 2014 were included."),
        (306, "The derivation and validation cohorts included 306 and 94 patients, respectively. All patients were analyzed."),
        (70, "The two groups included 30 and 40 patients, respectively."),
        (26, "Bone marrow was collected from 26 patients with myeloma and 8 healthy controls."),
        (60, "The design was case-control with 30 controls and 60 cases of leukemia."),
        (23, "We studied blood of patients with lymphoma (n = 11), myeloma (n = 12), and controls (n = 9)."),
        (357, "We randomly assigned 357 patients to receive drug X or not. The drug was given to 67 patients twice."),
        (34, "We sent out a questionnaire. In all, 34 out of 70 patients (49%; median age 11 yrs.) replied to the questionnaire."),
        (
            161,
            "A total of 161 of 232 potentially eligible patients were analyzed, of whom 83 were treated with drug X and 78 were treated with drug Y.",
        ),
        (70, "We treated 70 patients. Overall, 34 of 70 patients were evaluated for relapse."),
        (64, "In part A, 32 patients were treated with drug X. In part B, 32 patients received drug X."),
        (109, "Thirty patients were enrolled in this study. We then treated 79 additional patients."),
        (52, "This study evaluated drug X in patients (N = 52). Ten additional patients were enrolled in cohorts."),
        (
            63,
            "In this study, thirty-one patients with leukemia received early tapering, while 32 patients in remission were given routine tapering.",
        ),
        (151, "We conducted a study of 32 patients with early leukemia and 119 patients with late leukemia."),
        (42, "We performed sequencing of samples from 25 patients with lymphoma and 17 patients with leukemia."),
        (115, "In total, 95 CML and 20 ALL patients were identified."),
        (21, "Twenty patients with leukemia and one with lymphoma were treated."),
        (144, "We conducted a comprehensive analysis of 144 leukemia samples. Of 142 cases, 107 were unmutated."),
        (32, "We examined chromosome 3 in 32 childhood leukemia bone marrow samples. Four of seven cases carried trisomies."),
        (20, "We examined 84 samples of 20 patients with leukemia."),
        (
            77,
            "We used hybridization to detect the deletion in 77 patients. Among 20 patients who received fludarabine, remission was rare.",
        ),
        (
            28,
            "Results: 28 subjects (median age 60 years [range 26-76], 22 females) were enrolled. 15 subjects were treated with drug X and 13 with both.",
        ),
        (
            66,
            "Sixty-six patients with a median age of 65 (range: 19-80) years were enrolled. Compared to 186 medically matched adults treated with drug Y, survival was better.",
        ),
        (
            12,
            "We isolated a receptor and infused these cells into 12 patients. A concurrent comparative group of 88 patients had 54% survival.",
        ),
        (
            4485,
            "The model was derived using individual data from 4,485 patients. External validation was performed in a cohort (N = 565) and three trials (N = 3,192).",
        ),
        (66, "Thirty-four patients were randomly allocated to the active group, and 32 received placebo."),
        (
            323,
            "We evaluated the impact of mutations in 323 patients. After chemotherapy (n = 121) or transplantation (n = 17), survival was low.",
        ),
        (57, "Between 2012 and 2015, 57 patients were enrolled, and 41 received the recommended dose."),
        (114, "We examined polymorphisms in 114 cases of childhood leukemia and 388 newborn controls."),
        # Arms told by treatment and disease; arms told twice; a list; those of whom it is told later
        (
            116,
            "The study randomized patients to drug X (de novo, n = 38; secondary leukemia, n = 40) or drug Y (de novo, n = 18; secondary leukemia, n = 20).",
        ),
        (
            454,
            "This is a randomized trial of drug X (n = 227) vs drug Y (n = 227) in patients with syndromes (n = 324), chronic leukemia (n = 27), or acute leukemia (n = 103).",
        ),
        (
            281,
            "We identified 87 patients with one lymphoma, 22 patients with another as well as 127 patients without change and 45 patients with both.",
        ),
        (657, "We report the results of a trial of drug X in 657 patients. The 352 patients who entered consolidation were randomized."),
        (40, "We measured the frequency of PD-1 (programmed death 1) cells in 40 patients with leukemia and 13 healthy controls."),
        (13, "Thirteen patients with leukemia were enrolled. Ten evaluable patients were treated at the recommended dose."),
        (151, "We studied clearance of blasts. Of 178 patients, 151 (84.8%) were evaluable. Survival was longer."),
        (
            35,
            "We measured a vitamin in 10 children with leukemia and 10 controls. In 25 additional patients and 25 additional controls it was low.",
        ),
        (
            59,
            "In this study of leukemia, 59 patients were treated. The rest were allografted, including 2 patients who received no consolidation.",
        ),
    ],
)
def test_the_number_is_of_those_treated_or_analysed(read: Read, n: int, abstract: str) -> None:
    assert read(f"{BACKGROUND} {abstract}", "Drug X in acute leukemia").n_patients == n


def test_others_patients_are_not_counted(read: Read) -> None:
    study = read("An earlier trial treated 400 patients. We retrospectively analyzed 35 patients.", "Drug X in leukemia")
    assert (study.n_patients, study.n_patients_sentences) == (35, (2,))


@pytest.mark.parametrize(
    "abstract",
    [
        "A total of 9 patients suffered from toxicities (infectious: n = 6; hematologic: n = 3).",
        "Of four patients who developed fever, two were given steroids.",
        "The cells were cultured (n = 3 wells).",
        "Less than 50 percent of patients continue the drug.",
    ],
)
def test_those_harmed_and_wells_are_not_the_number(read: Read, abstract: str) -> None:
    assert read(f"We evaluated the safety of drug X in leukemia. {abstract}", "A phase 1 trial of drug X").n_patients is None


def test_a_case_report_has_one_patient(read: Read) -> None:
    study = read("A 7-year-old girl presented with fever. The patient recovered.", "A case of lymphoma")
    assert (study.study_type, study.n_patients) == ("case report", 1)


@pytest.mark.parametrize(
    ("title", "abstract"),
    [
        ("Drug X: a review", "In this review, we summarize trials. One trial treated 200 patients."),
        ("Management of lymphoma: a consensus guideline", "An expert panel was convened. It saw data of trials."),
        (
            "Drug X in mice",
            "We show that drug X cures mice. Cell lines died in vitro. Samples of 12 patients were tested in xenograft models.",
        ),
    ],
)
def test_reviews_guidelines_and_mice_count_no_patients(read: Read, title: str, abstract: str) -> None:
    assert read(abstract, title).n_patients is None


@pytest.mark.parametrize(
    ("said", "registered"),
    [
        ("This trial is registered (NCT01234567).", "NCT01234567"),
        ("ClinicalTrials.gov number, NCT 0123 4567.", "NCT01234567"),
        ("ClinicalTrials.gov Identifier:01234567.", "NCT01234567"),
        ("Registered as ChiCTR-OPN-16001234.", "ChiCTR-OPN-16001234"),
        ("It is registered as ChiCTR2000012345.", "ChiCTR2000012345"),
        ("EudraCT number 2015-001234-12.", "2015-001234-12"),
        ("EudraCT number 2010-023456-37.", "2010-023456-37"),
        ("EU CT number 2023-512345-12-00.", "2023-512345-12-00"),
        ("The ISRCTN number is ISRCTN12345678.", "ISRCTN12345678"),
        ("UMIN-CTR: UMIN000012345.", "UMIN000012345"),
        ("The trial is JapicCTI-123456.", "JapicCTI-123456"),
        ("It is registered as jRCTs031180123.", "jRCTs031180123"),
        ("It is ACTRN12612345678901.", "ACTRN12612345678901"),
        ("German registry, DRKS00012345.", "DRKS00012345"),
        ("Netherlands Trial Register (NTR1234).", "NTR1234"),
        ("It is CTRI/2019/01/012345.", "CTRI/2019/01/012345"),
        ("It is IRCT20120215009014N123.", "IRCT20120215009014N123"),
        ("It is KCT0001234.", "KCT0001234"),
        ("It is PACTR201912345678901.", "PACTR201912345678901"),
        ("It is TCTR20191234567.", "TCTR20191234567"),
        ("It is RBR-4abcde.", "RBR-4abcde"),
        ("PROSPERO registration CRD42020123456.", "CRD42020123456"),
    ],
)
def test_registrations_are_written_as_their_registry_does(read: Read, said: str, registered: str) -> None:
    study = read(f"We treated 20 patients. {said}", "Drug X in leukemia")
    assert [r.lower() for r in study.registration] == [registered.lower()]
    assert study.registration_sentences == (2,)


@pytest.mark.parametrize("said", ["Call 01234567.", "The grant was 2015-001234.", "We used clinicaltrials.gov in 2019.", "The NCT was 12."])
def test_other_numbers_are_no_registrations(read: Read, said: str) -> None:
    assert read(f"We treated 20 patients. {said}").registration == ()


def test_a_steroid_is_studied_where_it_is_named_like_its_partners(read: Read) -> None:
    partner = read("We treated 20 patients with bortezomib and dexamethasone.", "Bortezomib and dexamethasone in myeloma")
    assert partner.therapies == ("bortezomib", "dexamethasone")
    assert read("We treated 20 patients. Dexamethasone was given for nausea.", "Bortezomib in myeloma").therapies == ("bortezomib",)


def test_registrations_of_the_record_are_added_once(read: Read) -> None:
    study = read("We treated 20 patients (NCT01234567).", trial_ids=["NCT01234567", "NCT07654321", "local 7"])
    assert study.registration == ("NCT01234567", "NCT07654321", "local 7")
    assert study.registration_sentences == (0, -1, -1)


@pytest.mark.parametrize(
    ("months", "said"),
    [
        (12.9, "At a median follow-up of 12.9 months, 3 patients died."),
        (30.0, "After a median follow-up time of 2.5 years, 3 patients died."),
        (23.0, "The median follow-up was 23 (range, 2-40) months."),
        (5.8, "The median observation time was 178 days."),
        (36.0, "Patients were followed for a median of 3 years."),
        (18.0, "With 18 months median follow-up, 3 patients died."),
        (45.6, "At 45.6 months (IQR 43.6-48.3) median follow-up, 3 patients died."),
        (None, "The mean follow-up was 12 months."),
        (None, "Median survival was 12 months; follow-up continues."),
        (None, "Follow-up visits were at 3 months. The median age was 60 years."),
    ],
)
def test_follow_up_is_the_median_in_months(read: Read, months: float | None, said: str) -> None:
    assert read(f"We treated 20 patients. {said}").median_follow_up_months == months


@pytest.mark.parametrize(
    ("ages", "title", "abstract"),
    [
        (("child",), "Drug X in children with leukemia", "We treated 20 patients."),
        (("older adult",), "Drug X in leukemia", "We enrolled 20 elderly patients with leukemia."),
        ((), "Drug X in leukemia", "We treated 20 patients. Survival was better than in children."),
        ((), "Drug X in leukemia: a report of the Children's Oncology Group", "We treated 20 patients."),
    ],
)
def test_age_groups_are_those_studied(read: Read, ages: tuple[str, ...], title: str, abstract: str) -> None:
    assert read(abstract, title).age_groups == ages


def test_status_is_that_of_the_patients(read: Read) -> None:
    assert read("We treated 20 patients.", "Drug X in relapsed or refractory acute myeloid leukemia").disease_status == (
        "relapsed or refractory",
    )
    assert read("We treated 25 newly diagnosed patients with myeloma.", "Drug X in myeloma").disease_status == ("newly diagnosed",)
    assert read("Relapsed disease is hard to treat. We treated 20 patients.", "Drug X in myeloma").disease_status == ()


def test_diseases_are_the_titles_before_the_backgrounds(read: Read) -> None:
    study = read("Drug X is approved for chronic myeloid leukemia. We treated 20 patients.", "Drug X in multiple myeloma")
    assert [name.lower() for name in study.diseases] == ["multiple myeloma"]


@pytest.mark.parametrize(
    ("named", "title", "abstract"),
    [
        ({"venetoclax", "azacitidine"}, "Venetoclax plus azacitidine in leukemia", "Cytarabine is standard. We treated 20 patients."),
        ({"blinatumomab"}, "An antibody in leukemia", "Patients had prior ponatinib. In this study, 20 patients received blinatumomab."),
        ({"cytarabine", "idarubicin"}, "Fitness of patients", "We enrolled 105 patients who received intensive chemotherapy consisting of cytarabine and idarubicin."),
        ({"teclistamab", "CAR T-cell therapy"}, "Kidney injury after teclistamab versus CAR T-cell therapy", "We retrospectively analyzed 64 patients."),
        ({"epcoritamab"}, "Epcoritamab, a novel bispecific antibody, in lymphoma", "We treated 20 patients."),
        ({"ibrutinib"}, "Targeted therapy of leukemia with ibrutinib", "We treated 20 patients."),
        (set(), "Genes of leukemia", "Venetoclax is used in leukemia. We sequenced samples of 20 patients."),
    ],
)  # fmt: skip
def test_therapies_are_those_studied_not_merely_named(read: Read, named: set[str], title: str, abstract: str) -> None:
    study = read(abstract, title)
    assert {name.lower() for name in study.therapies} - {"chemotherapy"} == {name.lower() for name in named}


def test_a_negated_therapy_is_not_studied(read: Read) -> None:
    assert "blinatumomab" not in read("In this study, 20 patients did not receive blinatumomab.", "Leukemia").therapies


def test_antigens_stand_beside_a_therapy(read: Read) -> None:
    study = read("We treated 20 patients with CD19-directed CAR T cells. CD34 was measured.", "Cell therapy of leukemia")
    assert (study.antigens, study.antigens_from) == (("CD19",), ("text",))


def test_antigens_of_a_depleted_graft_are_not_aimed_at(read: Read) -> None:
    assert read("We gave 20 patients CD19-depleted haploidentical transplantation.", "Transplantation in leukemia").antigens == ()


def test_antigens_come_from_a_studied_therapy_where_the_text_names_none(read: Read) -> None:
    plain = read("We treated 20 patients with blinatumomab.", "Blinatumomab in leukemia")
    targets = {plain.therapy_ids[0]: (("x:cd19", "CD19"),), "x:other": (("x:cd22", "CD22"),)}
    study = read("We treated 20 patients with blinatumomab.", "Blinatumomab in leukemia", targets=targets)
    assert (plain.antigens, study.antigens, study.antigen_ids, study.antigens_from) == ((), ("CD19",), ("x:cd19",), ("blinatumomab",))


def test_doubt_is_told(read: Read) -> None:
    study = read("We studied 40 patients with leukemia. Mutations were associated with survival.", "Genes of leukemia")
    assert study.needs_review
    assert study.review_reason is not None
    assert "no design is named" in study.review_reason


def test_a_clear_record_needs_no_review(read: Read) -> None:
    study = read("We conducted a phase 2 trial. A total of 40 patients were treated.", "Drug X in leukemia: a phase 2 trial")
    assert (study.needs_review, study.review_reason) == (False, None)


@pytest.mark.parametrize("abstract", ["", " ", "Erratum."])
def test_an_empty_document_has_an_empty_record(read: Read, abstract: str) -> None:
    study = read(abstract)
    assert (study.study_type, study.n_patients, study.therapies, study.registration) == ("other", None, (), ())


def test_letters_that_lengthen_in_lower_case_move_nothing(read: Read) -> None:
    study = read("Centres in \u0130zmir took part. We retrospectively analyzed 40 patients (NCT01234567).", "Drug X")
    assert (study.n_patients, study.registration, study.registration_sentences) == (40, ("NCT01234567",), (2,))
