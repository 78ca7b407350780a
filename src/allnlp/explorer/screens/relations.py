"""What a concept is tied to: its identifiers with their pages, broader and narrower concepts, the antigens of a therapy."""

from __future__ import annotations

from types import MappingProxyType

from allnlp.collection.groups import Key
from allnlp.collection.index import Index
from allnlp.terminology import load

#: Where an identifier has a page of its own.
_PAGES = MappingProxyType(
    {
        "mesh": "https://meshb.nlm.nih.gov/record/ui?ui={}", "ncit": "https://evsexplore.semantics.cancer.gov/evsexplore/concept/ncit/{}",
        "hgnc": "https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/HGNC:{}", "uniprot": "https://www.uniprot.org/uniprotkb/{}",
        "drugbank": "https://go.drugbank.com/drugs/{}", "chebi": "https://www.ebi.ac.uk/chebi/searchId.do?chebiId=CHEBI:{}",
        "rxnorm": "https://mor.nlm.nih.gov/RxNav/search?searchBy=RXCUI&searchTerm={}", "unii": "https://precision.fda.gov/uniisearch/srs/unii/{}",
        "mondo": "http://purl.obolibrary.org/obo/MONDO_{}", "hp": "http://purl.obolibrary.org/obo/HP_{}", "doid": "http://purl.obolibrary.org/obo/DOID_{}",
        "efo": "http://www.ebi.ac.uk/efo/EFO_{}", "umls": "https://uts.nlm.nih.gov/uts/umls/concept/{}",
    }
)  # fmt: skip


def identifiers(index: Index, concept_id: str) -> list[tuple[str, str]]:
    """CURIEs of a concept, each with its page on the web where that is known."""
    own = index.known.get(concept_id)
    return [(curie, web_page(curie)) for curie in dict.fromkeys([concept_id, *(own.identifiers if own is not None else ())]) if ":" in curie]


def web_page(curie: str) -> str:
    """Web page of an identifier; empty where none is certain.

    >>> web_page("mesh:D000080424"), web_page("allnlp:x")
    ('https://meshb.nlm.nih.gov/record/ui?ui=D000080424', '')
    """
    prefix, _, own = curie.partition(":")
    return _PAGES[prefix].format(own) if prefix in _PAGES and own.isalnum() else ""


def next_broader(index: Index, concept_id: str) -> list[str]:
    """The next broader concepts."""
    own = index.known.get(concept_id)
    return list(own.broader) if own is not None else sorted(b.object for b in load().broader if (b.curie, b.relation) == (concept_id, "broader"))


def next_narrower(index: Index, key: Key) -> list[str]:
    """The next narrower concepts that the folder names, itself or by those that are narrower still."""
    listed = {b.curie for b in load().broader if (b.object, b.relation) == (key[1], "broader") and (b.curie in index.by_id or b.curie in index.any_broader)}
    return sorted(listed | {c for c, known in index.known.items() if key[1] in known.broader})


def targets(index: Index, concept_id: str) -> list[str]:
    """Antigens that a therapy is aimed at."""
    return sorted({b.object for b in load().broader if (b.curie, b.relation) == (concept_id, "targets")})


def aimed_at(index: Index, key: Key) -> list[str]:
    """Therapies of the folder that are aimed at an antigen."""
    if key[0] != "ANTIGEN":
        return []
    return sorted({b.curie for b in load().broader if (b.object, b.relation) == (key[1], "targets") and b.curie in index.by_id})
