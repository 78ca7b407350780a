"""A user's words as concepts of a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from allnlp.collection.folder import asked
from allnlp.collection.names import folded, resolve
from allnlp.errors import NothingFound, OptionError
from allnlp.schema import Concept, Mention
from allnlp.tables import FolderWriter

CRS, ICANS, NEURO, CR, TISA, CD19_CART, CART = (
    "mesh:D000080424", "mesh:C000722498", "mesh:D020258", "ncit:C4870", "ncit:C102758", "allnlp:cd19-car-t-cell-therapy", "allnlp:car-t-cell-therapy",
)  # fmt: skip


def concept(curie: str, label: str, name: str, n: int, *forms: str, broader: tuple[str, ...] = (), identifiers: tuple[str, ...] = ()) -> Concept:
    return Concept(curie, label, name, identifiers, broader, (), forms, 1, n, 0, None, None)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("names") / "f"
    with FolderWriter(folder) as writer:
        writer.write("mentions", [Mention("1", 0, 0, 0, 3, "HLH", "DISEASE", None, "x:hlh", "HLH", "present", None, None, None, "terms", "r")])
        writer.write(
            "concepts",
            [
                concept(CRS, "TOXICITY", "cytokine release syndrome", 50, "CRS: 40", "cytokine release syndrome: 10"),
                concept("x:sinus", "DISEASE", "chronic rhinosinusitis", 2, "CRS: 2"),
                concept(ICANS, "TOXICITY", "immune effector cell-associated neurotoxicity syndrome", 9, "ICANS: 9", broader=(NEURO,)),
                concept(CR, "OUTCOME", "complete remission", 30, "CR: 25", "complete response: 5", identifiers=("umls:C0677874",)),
                concept("x:creat", "BIOMARKER", "creatinine", 20, "Cr: 20"),
                concept(TISA, "THERAPY", "tisagenlecleucel", 12, "tisa-cel: 10", "CTL019: 2", broader=(CD19_CART,)),
                concept(CART, "THERAPY", "CAR T-cell therapy", 70, "CAR-T: 70"),
                concept("x:ifn", "BIOMARKER", "interferon gamma", 4, "IFN-γ: 4"),
                concept("x:mrd", "OUTCOME", "MRD negativity", 7, "MRD negativity: 7"),
                concept("y:mrd", "OUTCOME", "MRD-negativity", 4, "MRD-negativity: 4"),
                concept("x:hlh", "TOXICITY", "hemophagocytic lymphohistiocytosis", 4, "HLH: 4"),
            ],
        )
        writer.finish({})
    with asked(folder, "concepts", "mentions") as connection:
        yield connection


@pytest.mark.parametrize(
    ("words", "curie"),
    [
        ("cytokine release syndrome", CRS),
        ("Cytokine-Release Syndrome", CRS),
        ("CRS", CRS),  # 40 times against 2
        ("mesh:d000080424", CRS),
        ("UMLS:C0677874", CR),
        ("complete response", CR),
        ("CTL019", TISA),
        ("tisa cel", TISA),
        ("Kymriah", TISA),  # a synonym of the vocabulary that the folder does not have
        ("IFN gamma", "x:ifn"),
        ("ifn-γ", "x:ifn"),
        ("car t", CART),
    ],
)
def test_words_name_a_concept(database: duckdb.DuckDBPyConnection, words: str, curie: str) -> None:
    assert curie in resolve(database, words).ids
    assert resolve(database, words, exact=True).ids == {curie}


def test_narrower_concepts_belong_to_it_also_across_one_that_the_folder_lacks(database: duckdb.DuckDBPyConnection) -> None:
    assert {CART, TISA} <= resolve(database, "CAR T-cell therapy").ids
    assert TISA not in resolve(database, "CAR T-cell therapy", exact=True).ids


def test_a_concept_of_which_only_narrower_ones_are_mentioned_is_found(database: duckdb.DuckDBPyConnection) -> None:
    assert ICANS in resolve(database, "neurotoxicity", label="TOXICITY").ids
    with pytest.raises(NothingFound, match="no mention of neurotoxicity in cart"):
        resolve(database, "neurotoxicity", exact=True, folder=Path("cart"))


def test_a_listed_concept_that_the_folder_does_not_mention_is_said_so(database: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(NothingFound, match=r"no mention of blinatumomab in the folder\."):
        resolve(database, "Blincyto")


def test_british_spelling_and_plurals_are_understood(database: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(NothingFound, match="no mention of acute myeloid leukemia"):
        resolve(database, "acute myeloid leukaemias")


def test_an_unknown_name_lists_the_near_ones(database: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(NothingFound, match=r"no therapy is named 'tisagenleucel'\. Did you mean: tisagenlecleucel"):
        resolve(database, "tisagenleucel", label="THERAPY")


def test_a_name_of_another_label_is_not_meant(database: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(NothingFound, match="no toxicity is named 'tisa-cel'"):
        resolve(database, "tisa-cel", label="TOXICITY")


def test_a_label_that_mentions_have_by_context_counts(database: duckdb.DuckDBPyConnection) -> None:
    assert resolve(database, "HLH", label="DISEASE").ids == resolve(database, "HLH", label="TOXICITY").ids == {"x:hlh"}


def test_words_of_several_concepts_are_an_option_error_that_lists_them(database: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(OptionError, match=r"'CR' may mean complete remission \(OUTCOME, ncit:C4870, 25 mentions\); creatinine \(BIOMARKER"):
        resolve(database, "CR")
    assert resolve(database, "CR", label="OUTCOME").name == "complete remission"


def test_concepts_of_the_same_name_and_type_are_meant_together(database: duckdb.DuckDBPyConnection) -> None:
    assert resolve(database, "MRD negativity").ids == {"x:mrd", "y:mrd"}


def test_words_without_letters_are_an_option_error(database: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(OptionError, match="names no concept"):
        resolve(database, " - ")


def test_folding_spells_greek_letters_out() -> None:
    assert folded("TNF-α") == folded("tnf ALPHA") == "tnfalpha"


def test_an_absent_concept_is_an_answer_where_it_may_be(database: duckdb.DuckDBPyConnection) -> None:
    assert resolve(database, "blinatumomab", absent=True).name == "blinatumomab"
    with pytest.raises(NothingFound, match="is named 'blinatumomumab'"):
        resolve(database, "blinatumomumab", absent=True)


def test_one_of_several_labels_may_be_meant(database: duckdb.DuckDBPyConnection) -> None:
    assert resolve(database, "CR", label=("TOXICITY", "OUTCOME")).ids == {CR}
    with pytest.raises(NothingFound, match="no toxicity or outcome is named 'Kymriah'"):
        resolve(database, "Kymriah", label=("TOXICITY", "OUTCOME"))
