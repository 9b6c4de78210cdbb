"""What remediations share when they draft changes: states to expect, policies to merge. Pure."""
