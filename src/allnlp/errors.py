"""Every exception that a user's input, options or files can cause; bugs raise what Python raises.

::

    AllnlpError
    ├── ReadError          an input file or record cannot be read
    ├── TerminologyError   a vocabulary table breaks its rules
    ├── FolderError        an annotated folder is missing, unfinished, damaged or of other options
    ├── OptionError        an option has a value that it cannot have
    ├── NothingFound       the question is sound, the answer is empty
    ├── EvaluationError    gold and texts do not fit together
    ├── ModelError         a model is not installed, cannot be loaded, or its file is not the one that was recorded
    ├── EngineError        the processes or the cluster that annotate are gone, or are of other versions
    └── ExtraMissing       a package of an extra is not installed
"""

from __future__ import annotations


class AllnlpError(Exception):
    """Base of all; its text says where, what was found, what was expected, what to do."""


class ReadError(AllnlpError):
    """An input file cannot be read as a collection of records."""


class TerminologyError(AllnlpError):
    """A vocabulary table breaks its rules."""


class FolderError(AllnlpError):
    """An annotated folder is missing, unfinished, damaged, or was made with other options."""


class OptionError(AllnlpError):
    """An option has a value that it cannot have."""


class NothingFound(AllnlpError):  # noqa: N818 - an answer, not a fault
    """The question is sound and its answer is empty."""


class EvaluationError(AllnlpError):
    """Gold and texts do not fit together."""


class ExtraMissing(AllnlpError):  # noqa: N818 - an answer, not a fault
    """A package that comes with an extra of allnlp is not installed; the text gives the command that installs it."""


class ModelError(AllnlpError):
    """A model is not installed, cannot be loaded, or its file is not the one that was recorded."""


class EngineError(AllnlpError):
    """The processes or the cluster that annotate are gone, or are of other versions."""
