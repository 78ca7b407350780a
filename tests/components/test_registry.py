"""The names that other pipelines use: they may be added to, never changed."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

FACTORIES = (
    "allnlp_abbreviations",
    "allnlp_aside",
    "allnlp_assertion",
    "allnlp_findings",
    "allnlp_names",
    "allnlp_ner",
    "allnlp_patterns",
    "allnlp_repeats",
    "allnlp_resolve",
    "allnlp_sentences",
    "allnlp_terms",
)
DEFAULTS = {
    "allnlp_abbreviations": {"terms": []},
    "allnlp_aside": {"key": "aside"},
    "allnlp_assertion": {"set_ents": True, "terms": []},
    "allnlp_findings": {"terms": []},
    "allnlp_names": {},
    "allnlp_ner": {"model": "en_allnlp_bio_sm"},
    "allnlp_patterns": {"contexts": False, "terms": []},
    "allnlp_repeats": {},
    "allnlp_resolve": {"terms": []},
    "allnlp_sentences": {"title": True},
    "allnlp_terms": {"terms": []},
}
IN_A_FRESH_PROCESS = """
import json, sys, spacy
before = sorted(m for m in sys.modules if m.startswith("allnlp"))
nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "allnlp.Tokenizer.v1"}}})
steps, others = sys.argv[1].split(), sys.argv[2].split()
for name in steps:
    nlp.add_pipe(name)
doc = nlp("No CRS was seen after tisagenlecleucel.")
defaults = {name: dict(nlp.get_factory_meta(name).default_config) for name in steps + others}
print(json.dumps([before, [[e.text, e.label_] for e in doc.ents], defaults]))
"""


def test_the_factories_are_just_these() -> None:
    found = {e.name for e in entry_points(group="spacy_factories") if e.value.startswith("allnlp.")}
    assert found == set(FACTORIES)
    assert [e.name for e in entry_points(group="spacy_tokenizers") if e.value.startswith("allnlp.")] == ["allnlp.Tokenizer.v1"]
    assert [e.name for e in entry_points(group="spacy_architectures") if e.value.startswith("allnlp.")] == ["allnlp.HashEmbed.v1"]


@pytest.mark.slow
def test_factories_are_found_by_entry_point_without_an_import_of_allnlp() -> None:
    steps = "allnlp_sentences allnlp_terms allnlp_patterns allnlp_abbreviations allnlp_resolve allnlp_assertion allnlp_findings"
    others = " ".join(sorted(set(FACTORIES) - set(steps.split())))  # a model, and parts of one
    ran = subprocess.run([sys.executable, "-W", "error", "-c", IN_A_FRESH_PROCESS, steps, others], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    before, entities, defaults = json.loads(ran.stdout)
    assert before == []
    assert entities == [["CRS", "TOXICITY"], ["tisagenlecleucel", "THERAPY"]]
    assert defaults == DEFAULTS
