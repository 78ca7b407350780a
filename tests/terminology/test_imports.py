"""Vocabularies of others become tables of one's own terms: each format, what is left out, and that nothing clashes."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allnlp.errors import NothingFound, OptionError, TerminologyError
from allnlp.terminology import Term, check_user_terms, load, parse_user_terms
from allnlp.terminology.imports import ForeignConcept, ForeignName, bioregistry, choose, import_terms, read_concepts
from allnlp.terminology.imports.source import format_of

Run = Callable[..., Any]
DATA = Path(__file__).parents[1] / "data" / "imports"


def imported(tmp_path: Path, name: str, **options: Any) -> list[Term]:
    """Terms of a file, read back as annotate reads them; they keep the rules."""
    out = tmp_path / "out.csv"
    import_terms(DATA / name, out, label="DISEASE", **options)
    assert check_user_terms((out,)) == []
    return [t for _, _, t in parse_user_terms(out.name, out.read_text(encoding="utf-8"))]


def texts(terms: list[Term]) -> list[str]:
    return [t.text for t in terms]


def concept(identifier: str, name: str, *synonyms: tuple[str, str]) -> ForeignConcept:
    return ForeignConcept(identifier, name, tuple(ForeignName(*s) for s in synonyms))


@pytest.mark.parametrize(
    ("name", "format"),
    [("tiny.obo", "obo"), ("tiny.json", "obograph"), ("tiny.tsv", "tsv"), ("tiny.csv", "csv"), ("MRCONSO.RRF", "rrf")],
)
def test_the_format_is_told_by_content_not_by_name(name: str, format: str, tmp_path: Path) -> None:
    copy = tmp_path / "download"
    shutil.copy(DATA / name, copy)
    assert format_of(copy) == format
    copy.write_bytes(gzip.compress((DATA / name).read_bytes()))
    assert format_of(copy) == format


def test_obo_gives_names_synonyms_scopes_and_references(tmp_path: Path) -> None:
    terms = imported(tmp_path, "tiny.obo")
    own = {t.text: t for t in terms if t.curie == "quill:0000001"}
    assert sorted(own) == ["QLF", "ague of scribes", "feather fever", "quill disease, feverish", "quill fever"]
    assert {t.name for t in own.values()} == {"quill fever"}
    assert own["ague of scribes"].scope == "narrow"
    assert own["quill disease, feverish"].scope == "related"
    assert own["QLF"].case == "exact"
    assert own["quill fever"].comment == "xref: umls:C9900001|snomedct:990000001"
    assert own["quill fever"].source == "tiny.obo"


def test_obo_of_older_versions_and_qualifiers_are_read(tmp_path: Path) -> None:
    terms = imported(tmp_path, "tiny.obo")
    assert [t.text for t in terms if t.curie == "quill:0000002"] == ["inkwell palsy", "palsy of the inkwell"]


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    _, choice = import_terms(DATA / "tiny.obo", tmp_path / "out.csv", label="disease", prefix="QUILL")
    assert dict(choice.concepts_left_out) == {"obsolete": 1, "of another prefix": 1}
    assert dict(choice.names_left_out) == {
        "of one character": 1, "of two concepts": 1, "scope broad": 1, "without a letter": 1, "commonest words": 1
    }  # fmt: skip
    left = 2 + sum(n for _, n in choice.names_left_out)
    assert (choice.concepts_read, choice.names_read) == (4, len(choice.terms) + left)


def test_broad_synonyms_are_taken_when_asked_for(tmp_path: Path) -> None:
    assert "fever" not in texts(imported(tmp_path, "tiny.json"))
    terms = imported(tmp_path, "tiny.json", scopes=("broad", "narrow"))
    assert [(t.text, t.scope) for t in terms] == [
        ("ague of scribes", "narrow"), ("fever", "broad"), ("inkwell palsy", "exact"), ("quill fever", "exact")
    ]  # fmt: skip


def test_obo_graph_gives_all_graphs_without_deprecated_nodes_and_properties(tmp_path: Path) -> None:
    terms = imported(tmp_path, "tiny.json")
    assert texts(terms) == ["ague of scribes", "feather fever", "inkwell palsy", "quill disease, feverish", "quill fever"]
    assert {t.curie for t in terms} == {"quill:0000001", "quill:0000002"}


def test_a_broken_obo_graph_is_named_with_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text((DATA / "tiny.json").read_text(encoding="utf-8")[:700], encoding="utf-8")
    with pytest.raises(TerminologyError, match=r"broken\.json:\d+: the JSON breaks off"):
        list(read_concepts(broken, "obograph"))


def test_a_table_is_read_by_the_usual_names_of_columns(tmp_path: Path) -> None:
    assert texts(imported(tmp_path, "tiny.tsv")) == ["feather fever", "QLF", "quill fever"]


def test_a_table_is_read_by_named_columns(tmp_path: Path) -> None:
    columns = (("name", "Bezeichnung"), ("synonyms", "Auch"))
    terms = imported(tmp_path, "tiny.csv", columns=columns, prefix="QUILL")
    assert [(t.text, t.curie) for t in terms] == [
        ("ague, scribes'", "quill:Q1"), ("feather fever", "quill:Q1"), ("inkwell palsy", "quill:Q2"), ("quill fever", "quill:Q1")
    ]  # fmt: skip


def test_a_table_without_header_is_read_by_numbers_of_columns(tmp_path: Path) -> None:
    columns = (("id", "1"), ("name", "2"), ("synonyms", "3"))
    assert "inkwell palsy" in texts(imported(tmp_path, "headless.tsv", columns=columns, prefix="quill"))


def test_an_unknown_column_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="It has: Code, Bezeichnung, Auch"):
        imported(tmp_path, "tiny.csv", columns=(("name", "Label"),))
    with pytest.raises(TerminologyError, match="no column that looks like a name; found Code"):
        imported(tmp_path, "tiny.csv")


def test_rrf_gives_one_language_without_suppressed_names(tmp_path: Path) -> None:
    terms = imported(tmp_path, "MRCONSO.RRF")
    assert [(t.text, t.curie, t.name) for t in terms] == [
        ("feather fever", "umls:C9900001", "quill fever"),
        ("inkwell palsy", "umls:C9900002", "inkwell palsy"),
        ("quill fever", "umls:C9900001", "quill fever"),
    ]
    assert texts(imported(tmp_path, "MRCONSO.RRF", language="GER")) == ["Federfieber"]
    assert texts(imported(tmp_path, "MRCONSO.RRF", sources=("NCI",))) == ["inkwell palsy", "Quill Fever"]


def test_identifiers_are_spelt_as_in_bioregistry() -> None:
    assert bioregistry("http://www.orpha.net/ORDO/Orphanet_58") == "orphanet.ordo:58"
    assert bioregistry("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#C3167") == "ncit:C3167"
    assert bioregistry("http://purl.bioontology.org/ontology/MESH/D007938") == "mesh:D007938"
    assert (bioregistry("UMLS_CUI:C1"), bioregistry("OMIMPS:300"), bioregistry("D007938")) == ("umls:C1", "omim.ps:300", "")


def test_a_listed_concept_keeps_its_curie_and_gains_the_new_names() -> None:
    listed = next(t for _, _, label, t in load().terms if label == "DISEASE" and t.text == t.name and len(t.text) > 8)
    choice = choose([concept("Q:1", listed.name, ("quillish fever", "exact"))], load(), label="DISEASE", source="q")
    assert [(t.text, t.curie, t.name) for t in choice.terms] == [("quillish fever", listed.curie, listed.name)]
    assert (choice.shipped, dict(choice.names_left_out)) == (1, {"listed already": 1})


def test_of_two_concepts_with_a_text_the_closer_one_keeps_it() -> None:
    first = concept("Q:1", "quill fever", ("inkwell palsy", "exact"), ("Blot", "related"))
    two = [first, concept("Q:2", "inkwell palsy", ("Blot", "exact"))]
    for order in (two, two[::-1]):
        choice = choose(order, load(), label="DISEASE", source="q")
        assert {t.text: t.curie for t in choice.terms} == {"quill fever": "q:1", "inkwell palsy": "q:2", "Blot": "q:2"}


def test_the_command_writes_the_same_bytes_again_and_says_what_it_did(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "quill.csv"
    ran = run("terms", "import", DATA / "tiny.obo", "-o", out, "--label", "disease", "--prefix", "QUILL")
    assert (ran.code, ran.out) == (0, "")
    assert "Left out names: 1 commonest words, 1 of one character" in ran.err
    assert "Wrote 7 names of 2 concepts" in ran.err
    before = out.read_bytes()
    assert run("terms", "import", DATA / "tiny.obo", "-o", out, "--label", "disease", "--prefix", "QUILL").code == 0
    assert out.read_bytes() == before
    assert '"name": "quill fever"' in run("tag", "Feather fever was seen.", "--terms", out, "--json").out


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--label", "DRUG"), 2, "--label is 'DRUG'. Use one of ANTIGEN"),
        (("--label", "DISEASE", "--format", "owl"), 2, "--format is 'owl'. Use one of obo, obograph"),
        (("--label", "DISEASE", "--scope", "close"), 2, "--scope is 'close'."),
        (("--label", "DISEASE", "--column", "name"), 2, "--column is of the form"),
        (("--label", "DISEASE", "--prefix", "GO"), 3, "no name to import of 4 concepts (3 of another prefix, 1 obsolete)."),
    ],
)
def test_a_wrong_option_is_told(run: Run, tmp_path: Path, options: tuple[str, ...], code: int, message: str) -> None:
    ran = run("terms", "import", DATA / "tiny.obo", "-o", tmp_path / "out.csv", *options)
    assert ran.code == code
    assert message in " ".join(ran.err.split())
    assert not (tmp_path / "out.csv").exists()


def test_a_file_of_no_known_format_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.owl"
    other.write_text("<rdf:RDF></rdf:RDF>\n", encoding="utf-8")
    with pytest.raises(TerminologyError, match="neither OBO"):
        import_terms(other, tmp_path / "out.csv", label="DISEASE")
    with pytest.raises(TerminologyError, match="cannot be read"):
        import_terms(tmp_path / "absent.obo", tmp_path / "out.csv", label="DISEASE")


def test_a_damaged_or_foreign_encoding_is_told(tmp_path: Path) -> None:
    packed = tmp_path / "tiny.obo.gz"
    packed.write_bytes(gzip.compress((DATA / "tiny.obo").read_bytes())[:-30])
    with pytest.raises(TerminologyError, match="cannot be read"):
        import_terms(packed, tmp_path / "out.csv", label="DISEASE")
    latin = tmp_path / "latin.tsv"
    latin.write_bytes("id\tname\nQ:1\tfièvre de plume\n".encode("latin-1"))
    with pytest.raises(TerminologyError, match="not UTF-8"):
        import_terms(latin, tmp_path / "out.csv", label="DISEASE")
    assert not (tmp_path / "out.csv").exists()


def test_an_empty_answer_says_so(tmp_path: Path) -> None:
    empty = tmp_path / "empty.obo"
    empty.write_text("format-version: 1.4\n", encoding="utf-8")
    with pytest.raises(NothingFound, match="no name to import of 0 concepts"):
        import_terms(empty, tmp_path / "out.csv", label="DISEASE")
