"""Pages for people: interactive graphs and a report folder that open from disk, without a network."""
