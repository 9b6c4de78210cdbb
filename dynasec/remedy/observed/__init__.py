"""Requests that were really made, as CloudTrail's files tell of them."""
