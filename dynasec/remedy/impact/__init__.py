"""Who would lose what by an access change: the policy engine's answers before and after, and observed requests asked again."""
