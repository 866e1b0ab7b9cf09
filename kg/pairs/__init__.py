"""Antigen pairs: which could be joined, on which tumor, for which intent, and who does so already."""
