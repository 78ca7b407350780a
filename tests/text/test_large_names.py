"""Large tables: what they find is what the automaton finds."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.terminology import Term, load, parse
from allnlp.terminology.tables import FILES
from allnlp.text import Lexicon, annotate_text, compile_lexicon
from allnlp.text.fold import fold
from allnlp.text.form_table import build, find_forms, hashed, rows_of
from allnlp.text.terms import find_terms

Names = Sequence[tuple[str, str, str]]  # text, label, case
LABELS = ("THERAPY", "DISEASE", "ANTIGEN", "TOXICITY", "OUTCOME", "POPULATION")
WORDS = (
    "CD19", "cd19", "T", "t", "cell", "cells", "anaemia", "anemia", "leukemia", "Leukaemia", "anti-CD19", "IL-2", "il", "2", "CAR", "car",
    "\u03b2-cell", "\u03b1", "Sj\u00f6gren", "na\u00efve", "\u0130zmir", "\U0001d6fc", "CD4+", "CD8-", "(TNF)", "x", "syndrome", "of", "acute",
)  # fmt: skip
JOINS = (" ", "-", "/", ", ", "  ", " (", ") ", "+ ", ") (", "\n", "\u2011")
PHRASES = st.builds(
    lambda words, joins: "".join(itertools.chain.from_iterable(zip(words, joins, strict=False))).strip() or "x",
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=11),
    st.lists(st.sampled_from(JOINS), min_size=11, max_size=11),
)
NAMES = st.lists(
    st.tuples(st.sampled_from(WORDS) | PHRASES | st.text(min_size=1, max_size=8).filter(str.strip), st.sampled_from(LABELS), st.sampled_from(["any", "exact"])),
    max_size=12,
)


def written(names: Names) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["text", "label", "curie", "name", "case"])
    writer.writerows([text, label, f"x:{i // 2}", f"name {text}", case] for i, (text, label, case) in enumerate(names))
    return out.getvalue().replace("\r", " ")


def shipped(names: Names) -> tuple[tuple[str, str], ...]:
    """A vocabulary of a few names, with a hard negative and a spelling."""
    files = {name: "\t".join(kind._fields) + "\n" for name, kind in FILES.items()}
    files["labels.tsv"] += "".join(f"{label}\t{label}.tsv\t{i}\t-\n" for i, label in enumerate(LABELS, 1))
    files["stoplist.tsv"] += "cell\tDISEASE\tt[- ]$\t\tA T cell.\t\n"
    files["spelling.tsv"] += "emia\taemia\t\n"
    files["broader.tsv"] += "y:0\ttargets\tx:1\ttest\t\n"
    for label in LABELS:
        rows = [(" ".join(t.split()), f"y:{i}", t, "exact", c, "", "", "test", "") for i, (t, of, c) in enumerate(names) if of == label and t.strip()]
        files[f"{label}.tsv"] = "\n".join("\t".join(c.replace("\t", " ").replace("\n", " ") for c in row) for row in [Term._fields, *rows]) + "\n"
    return tuple(files.items())


def two_ways(listed: Names, *tables: str, large_from: int = 0) -> tuple[Lexicon, Lexicon]:
    """A vocabulary with a user's tables: all in the automaton, and those of at least so many lines as large tables."""
    files = tuple((f"{i}.csv", text) for i, text in enumerate(tables))
    with pytest.MonkeyPatch.context() as patch:
        parse.cache_clear()
        small = parse(shipped(listed), files)
        patch.setattr("allnlp.terminology.large_tables.LARGE", large_from)
        parse.cache_clear()
        large = parse(shipped(listed), files)
        parse.cache_clear()
        assert not small.large
        assert small.version == large.version
        return compile_lexicon(small), compile_lexicon(large)


@given(listed=NAMES, first=NAMES, second=NAMES, texts=st.lists(PHRASES, min_size=1, max_size=4), large_from=st.integers(0, 6))
def test_large_tables_find_what_the_automaton_finds(listed: Names, first: Names, second: Names, texts: Sequence[str], large_from: int) -> None:
    small, large = two_ways(listed, written(first), written(second), large_from=large_from)
    for text in [*texts, " and ".join(texts), *(name for name, _, _ in (*listed, *first, *second))]:
        assert find_terms(text, large) == find_terms(text, small)
    for name, _, _ in (*listed, *first, *second):
        form = " ".join(fold(name).split())
        assert large.by_form.get(form, ()) == small.by_form.get(form, ())
    for curie in [f"{prefix}:{i}" for prefix in "xy" for i in range(12)]:
        assert large.words.get(curie, frozenset()) == small.words.get(curie, frozenset())
    assert large.targets == small.targets


def test_names_of_many_words_are_found() -> None:
    long = " ".join(f"word{i}" for i in range(40))
    small, large = two_ways([], written([(long, "DISEASE", "any"), ("word0 word1", "DISEASE", "any")]))
    text = f"Of {long} and word0-word1"
    assert len(find_terms(text, large)) == 3
    assert find_terms(text, large) == find_terms(text, small)


def test_a_text_without_a_word_and_an_empty_table_have_no_name() -> None:
    for names in ([], [("x", "DISEASE", "any")]):
        _, large = two_ways([], written(names))
        assert find_terms("", large) == find_terms(" ?! ", large) == []


@given(st.lists(st.text(alphabet="ab \u03b2", min_size=1, max_size=6).map(lambda t: " ".join(t.split())).filter(bool), max_size=30), st.text("ab \u03b2"))
def test_every_listed_stretch_of_whole_words_is_found(forms: list[str], text: str) -> None:
    table = build(zip(forms, range(99), strict=False))
    found = {text[start:end] for start, end in zip(*find_forms(hashed(text), table), strict=True)}
    assert found == {form for form in forms if f" {form} " in f" {text} "}
    assert all(rows_of(form, table) == [i for i, other in enumerate(forms) if other == form] for form in forms)


def test_real_texts_read_the_same_both_ways(demo: Path) -> None:
    """Names that are stretches of the texts themselves, beside the shipped vocabulary."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(demo.iterdir()) if path.suffix in (".txt", ".nbib", ".xml", ".ris", ".csv")]
    words = [word for text in texts for word in text.split()]
    names = {" ".join(words[i : i + 1 + i % 9]).strip("\"") for i in range(0, len(words), 7)}
    table = written([(name, LABELS[i % 3], ("any", "exact")[i % 2]) for i, name in enumerate(sorted(names))])
    with pytest.MonkeyPatch.context() as patch:
        parse.cache_clear()
        small = compile_lexicon(parse(load().files, (("own.csv", table),)))
        patch.setattr("allnlp.terminology.large_tables.LARGE", 0)
        parse.cache_clear()
        large = compile_lexicon(parse(load().files, (("own.csv", table),)))
        parse.cache_clear()
    spans = [find_terms(text, small) for text in texts]
    assert sum(map(len, spans)) > 500
    assert [find_terms(text, large) for text in texts] == spans


@given(names=NAMES, texts=st.lists(PHRASES, min_size=1, max_size=3))
def test_texts_are_annotated_the_same_both_ways(names: Names, texts: Sequence[str]) -> None:
    """Also names with an abbreviation inside, which are looked for with the bracket left out."""
    small, large = two_ways([], written([("quill tyrosine kinase inhibitor", "THERAPY", "any"), *names]))
    text = " and ".join(texts) + ". Quill tyrosine kinase (QTK) inhibitors were given. QTK inhibitors (QTKi) helped."
    assert annotate_text("1", text, large) == annotate_text("1", text, small)
    assert "Quill tyrosine kinase (QTK) inhibitors" in [m.text for m in annotate_text("1", text, large).mentions]
