"""The policy engine: pure functions over policy documents."""
