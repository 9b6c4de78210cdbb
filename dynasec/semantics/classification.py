"""Which data class a table has: by a configured rule, else by its tag."""

from __future__ import annotations

from fnmatch import fnmatchcase

from dynasec.model.table import Table
from dynasec.settings import Settings


class Classifier:
    """Answers for one configuration."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rank = {name: rank for rank, name in enumerate(settings.classes.ladder)}

    def data_class(self, table: Table) -> str | None:
        """Return the class that a rule or a tag gives the table, in the ladder's spelling; None when it has none.

        Tag values are compared without regard to case; a value that is not on the ladder gives no class.

        Raises:
            Unknown: no rule applies and the tags could not be read.

        """
        by_rule = self.rule_for(table)
        if by_rule is not None:
            return by_rule
        tag = self.class_tag(table)
        return None if tag is None else self.on_ladder(tag[1])

    def rule_for(self, table: Table) -> str | None:
        """Return the class of the first configured rule whose pattern matches the table's name or ARN."""
        for rule in self._settings.rules:
            if rule.data_class and any(fnmatchcase(text, rule.match) for text in (table.name, table.arn)):
                return rule.data_class
        return None

    def class_tag(self, table: Table) -> tuple[str, str] | None:
        """Return key and value of the tag that classifies the table: the first configured key that it carries.

        Raises:
            Unknown: the tags could not be read.

        """
        tags = {key.casefold(): (key, value) for key, value in table.tags.known().items()}
        return next(
            (tags[key.casefold()] for key in self._settings.classes.tag_keys if key.casefold() in tags), None
        )

    def on_ladder(self, value: str) -> str | None:
        """Return the ladder's spelling of a class, or None."""
        wanted = value.strip().casefold()
        return next((name for name in self._rank if name.casefold() == wanted), None)

    def counts_as(self, table: Table) -> str:
        """Return the class that a table is treated as: its own, else `unclassified_as`.

        Raises:
            Unknown: as `data_class`.

        """
        return self.data_class(table) or self._settings.classes.unclassified_as

    def is_of_highest_class(self, table: Table) -> bool:
        """Whether the table counts as of the last class on the ladder.

        Raises:
            Unknown: as `data_class`.

        """
        return self.counts_as(table) == self._settings.classes.ladder[-1]

    def is_sensitive(self, table: Table) -> bool:
        """Whether the table counts as of a class at or above `sensitive_from`.

        Raises:
            Unknown: as `data_class`.

        """
        return self._rank[self.counts_as(table)] >= self._rank[self._settings.classes.sensitive_from]
