"""Who can do what to a table, by which path, and why: the policy engine applied to a snapshot. Pure.

    access = Access(snapshot)
    access.rows(table)          # principal x capability, with conditions in words and the statements that decide
    access.matrix()             # the whole account: groups of principals x groups of tables

What is modelled and what is not: docs/iam-engine.md.
"""

from dynasec.access.account import Access
from dynasec.access.row import Row, Standing

__all__ = ["Access", "Row", "Standing"]
