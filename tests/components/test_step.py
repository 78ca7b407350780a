"""What every component with a vocabulary keeps: options, empty texts, disk, bytes, pickling, life in a foreign pipeline."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from allnlp.errors import TerminologyError

FACTORIES = ("allnlp_terms", "allnlp_patterns", "allnlp_abbreviations", "allnlp_resolve", "allnlp_assertion")
TEXT = "No CRS was seen after tisagenlecleucel (tisa-cel) in 34 children who had received novacel before. Novacel was safe."


def pipeline(factory: str, terms: list[str]) -> Language:
    """An ordinary English pipeline with the steps that the one needs before it."""
    nlp = spacy.blank("en")
    if factory != "allnlp_terms":
        nlp.add_pipe("allnlp_terms", config={"terms": terms})
    nlp.add_pipe(factory, config={"terms": terms})
    return nlp


def rows(doc: Doc) -> Any:
    return doc.user_data["allnlp"].get("mentions") or doc.user_data["allnlp"]["candidates"]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("terms") / "own.csv"
    path.write_text("text,label,name\nnovacel,THERAPY,novacabtagene\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("factory", FACTORIES)
def test_an_empty_doc_has_no_rows(factory: str) -> None:
    doc = pipeline(factory, [])("")
    assert (doc.user_data["allnlp"]["candidates"], len(doc.spans.get("allnlp", doc.spans["allnlp_terms"]))) == ([], 0)


@pytest.mark.parametrize("factory", FACTORIES)
def test_it_works_alone(factory: str) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe(factory)
    assert nlp(TEXT).text == TEXT


@pytest.mark.parametrize("factory", FACTORIES)
@pytest.mark.parametrize("config", [{"terms": 3}, {"term": []}])
def test_a_wrong_option_is_refused(factory: str, config: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=factory):
        spacy.blank("en").add_pipe(factory, config=config)


@pytest.mark.parametrize("factory", FACTORIES)
def test_a_missing_table_of_terms_is_named(factory: str, tmp_path: Path) -> None:
    with pytest.raises(TerminologyError, match=r"nowhere\.csv: cannot be read"):
        pipeline(factory, [str(tmp_path / "nowhere.csv")])(TEXT)


@pytest.mark.parametrize("factory", FACTORIES)
def test_the_name_of_a_component_may_be_chosen(factory: str) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe(factory, name="mine")
    assert ("mine" if factory != "allnlp_assertion" else "allnlp") in nlp(TEXT).spans


@pytest.mark.parametrize("factory", FACTORIES)
def test_a_saved_pipeline_needs_no_file_of_terms_any_more(factory: str, own: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone.csv"
    gone.write_bytes(own.read_bytes())
    nlp = pipeline(factory, [str(gone)])
    expected = rows(nlp(TEXT))
    nlp.to_disk(tmp_path / "model")
    gone.unlink()
    back = spacy.load(tmp_path / "model")
    assert rows(back(TEXT)) == expected
    assert "novacabtagene" in str(expected)


@pytest.mark.parametrize("factory", FACTORIES)
def test_it_survives_bytes(factory: str, own: Path) -> None:
    nlp = pipeline(factory, [str(own)])
    back = pipeline(factory, []).from_bytes(nlp.to_bytes())
    assert rows(back(TEXT)) == rows(nlp(TEXT))


@pytest.mark.parametrize("factory", FACTORIES)
def test_it_survives_pickling(factory: str, own: Path) -> None:
    nlp = pipeline(factory, [str(own)])
    assert rows(pickle.loads(pickle.dumps(nlp))(TEXT)) == rows(nlp(TEXT))


def test_what_was_decided_survives_docbin(nlp: Language) -> None:
    doc = nlp(TEXT)
    packed = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    (back,) = DocBin(store_user_data=True).from_bytes(packed).get_docs(nlp.vocab)
    assert back._.allnlp.mentions == doc._.allnlp.mentions != []


def test_what_was_decided_survives_pickling_of_the_doc(nlp: Language) -> None:
    doc = nlp(TEXT)
    assert pickle.loads(pickle.dumps(doc))._.allnlp.mentions == doc._.allnlp.mentions


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # spaCy forks; Python 3.12 warns
def test_pipes_in_workers_give_what_one_process_gives(nlp: Language) -> None:
    texts = [f"{TEXT} Number {i}." for i in range(6)]
    alone = [doc._.allnlp.mentions for doc in nlp.pipe(texts)]
    assert [doc._.allnlp.mentions for doc in nlp.pipe(texts, n_process=2, batch_size=3)] == alone


def test_a_doc_that_no_component_has_seen_has_no_mentions() -> None:
    doc = spacy.blank("en")("CRS")
    assert (doc._.allnlp.mentions, doc[:]._.allnlp) == ([], None)
