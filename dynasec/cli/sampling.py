"""Of which tables items are read, where the command line allows it: `--sample-items N`."""

from __future__ import annotations

from fnmatch import fnmatchcase

from dynasec.cli.options import Selection
from dynasec.collect.item_samples import Sampling
from dynasec.model.table import Table
from dynasec.semantics.classification import Classifier
from dynasec.settings import Settings


def sampling_of(selection: Selection, settings: Settings, tables: tuple[str, ...] = ()) -> Sampling | None:
    """Return what is sampled: tables of the highest class, of those that the globs name if there are any. None where nobody asked."""
    if not selection.sample_items:
        return None
    classifier = Classifier(settings)

    def wanted(table: Table) -> bool:
        named = not tables or any(
            fnmatchcase(text, glob) for glob in tables for text in (table.name, table.arn)
        )
        return named and classifier.is_of_highest_class(table)

    return Sampling(selection.sample_items, wanted)
