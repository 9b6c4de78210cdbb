"""Fine-grained audits."""
