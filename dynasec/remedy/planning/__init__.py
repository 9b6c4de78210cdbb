"""From the failed findings of an audit to a plan: drafts, tried on the account as it would be, with owners and waves."""
