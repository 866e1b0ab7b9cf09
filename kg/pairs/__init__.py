"""Pairs of antigens: kernels that score, count and rank all of them.

    from kg.pairs.kernels import Normal, Ranking, rank

numpy is loaded by the modules of this package, not by the package.
"""
