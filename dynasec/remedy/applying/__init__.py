"""A plan carried out under the protocol: gates, one writer, a journal, each call sent once, verified, and taken back."""
