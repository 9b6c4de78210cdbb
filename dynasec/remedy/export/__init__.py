"""A plan in other forms: what an apply would do, for those who change accounts by other means."""
