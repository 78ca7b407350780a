"""Training of named-entity models on the marks of people: corpora, the loop, the package; commands and reading of folders are elsewhere."""
