"""Small deviations drawn from a seed, for engines that have no randomness of their own."""

import math
import random


class Chance:
    """A row of numbers that seed and variability decide. At a variability of 0 the seed changes nothing."""

    def __init__(self, seed: int, variability: float) -> None:
        self._numbers = random.Random(seed)  # noqa: S311 - nothing secret
        self._variability = variability

    def near_one(self, spread: float) -> float:
        """The next ratio: it strays from 1 by about `spread` where variability is 1, and never by more than twice that.

        >>> Chance(7, 0.0).near_one(0.1), 0.8 < Chance(7, 1.0).near_one(0.1) < 1.25
        (1.0, True)
        """
        strayed = min(max(self._numbers.gauss(), -2.0), 2.0)
        return math.exp(strayed * spread * self._variability)
