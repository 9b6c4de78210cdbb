"""The HTML report: one file that opens anywhere, asks nothing of the network, and shows text from AWS as text."""
