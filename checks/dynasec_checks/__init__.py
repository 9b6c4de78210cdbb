"""The built-in controls: one folder a section, one file a control."""
