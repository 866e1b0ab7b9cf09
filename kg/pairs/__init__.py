"""Antigen pairs: which could be joined, on which tumor, for which intent, and who does so already.

    from kg.pairs.ranking import rank_pairs, read_pairs     # `kg pairs`
    from kg.pairs.kernels import Normal, Ranking, rank      # all pairs of all tumors at once

numpy is loaded by the modules of this package, not by the package.
"""
