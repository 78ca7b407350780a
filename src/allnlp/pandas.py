"""``import allnlp.pandas`` gives every DataFrame the accessor ``allnlp``; nothing else does, so that the program starts at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from allnlp.annotation.frames import FrameTables

__all__ = ["FrameAnnotator"]


class FrameAnnotator:
    """Annotation of a DataFrame's rows; each method annotates anew, ``tables`` gives all tables of one annotation.

    >>> frame = pd.DataFrame({"pmid": [1], "abstract": ["No CRS was seen."]})
    >>> frame.allnlp.annotate()[["doc_id", "text", "assertion"]].to_dict("records")
    [{'doc_id': '1', 'text': 'CRS', 'assertion': 'negated'}]

    Args:
        frame: one record a row.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def tables(
        self, text: str = "abstract", title: str | None = "title", id: str | None = "pmid", **options: Any
    ) -> FrameTables:
        """Documents, sentences, mentions, findings, studies and failures; arguments as of ``annotation.frames.annotate_frame``.

        Raises:
            OptionError: the frame lacks a column, or two rows have the same id.
            TerminologyError: a table of terms breaks the rules.
        """
        from allnlp.annotation.frames import annotate_frame

        return annotate_frame(self._frame, text=text, title=title, id=id, **options)

    def annotate(
        self, text: str = "abstract", title: str | None = "title", id: str | None = "pmid", **options: Any
    ) -> pd.DataFrame:
        """Mentions; ``.attrs["failures"]`` says which rows have none because they could not be annotated.

        Raises:
            OptionError: the frame lacks a column, or two rows have the same id.
            TerminologyError: a table of terms breaks the rules.
        """
        return self.tables(text, title, id, **options).mentions

    def findings(
        self, text: str = "abstract", title: str | None = "title", id: str | None = "pmid", **options: Any
    ) -> pd.DataFrame:
        """Reported numbers of toxicities and outcomes.

        Raises:
            OptionError: the frame lacks a column, or two rows have the same id.
            TerminologyError: a table of terms breaks the rules.
        """
        return self.tables(text, title, id, **options).findings

    def studies(
        self, text: str = "abstract", title: str | None = "title", id: str | None = "pmid", **options: Any
    ) -> pd.DataFrame:
        """The record of each row as a study.

        Raises:
            OptionError: the frame lacks a column, or two rows have the same id.
            TerminologyError: a table of terms breaks the rules.
        """
        return self.tables(text, title, id, **options).studies


if not hasattr(pd.DataFrame, "allnlp"):  # once, or pandas warns of an attribute that is replaced
    pd.api.extensions.register_dataframe_accessor("allnlp")(FrameAnnotator)
