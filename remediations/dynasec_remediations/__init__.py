"""The built-in remediations: one folder a section, one file a remediation."""
