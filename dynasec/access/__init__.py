"""Who can do what to a table, by which path, and why: the policy engine applied to a snapshot. Pure.

    access = Access(snapshot)
    access.rows(table)          # principal x capability, with conditions in words and the statements that decide
    access.matrix()             # the whole account: groups of principals x groups of tables

What is modelled and what is not: docs/iam-engine.md.
"""

from typing import Final

from dynasec.access.account import Access
from dynasec.access.row import Row, Standing

READS: Final = frozenset(
    {
        "dynamodb:ListTables",
        "dynamodb:DescribeTable",
        "dynamodb:ListBackups",
        "dynamodb:GetResourcePolicy",
        "tag:GetResources",
        "iam:GetAccountAuthorizationDetails",
        "kms:DescribeKey",
        "kms:ListAliases",
        "kms:ListKeyPolicies",
        "kms:GetKeyPolicy",
        "kms:ListGrants",
        "organizations:DescribeOrganization",
        "organizations:ListParents",
        "organizations:ListPoliciesForTarget",
        "organizations:DescribePolicy",
        "dax:DescribeClusters",
        "lambda:ListEventSourceMappings",
    }
)
"""The operations that the answers rest on; where an endpoint is asked about, `ec2:DescribeVpcEndpoints` too."""

__all__ = ["READS", "Access", "Row", "Standing"]
