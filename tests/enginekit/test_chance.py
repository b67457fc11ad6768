import math

from hypothesis import given
from hypothesis import strategies as st

from sonant.enginekit.chance import Chance

seeds = st.integers(0, 2**32 - 1)


@given(seeds)
def test_without_variability_nothing_strays(seed) -> None:
    chance = Chance(seed, 0.0)

    assert [chance.near_one(0.5) for _ in range(5)] == [1.0] * 5


@given(seeds, st.floats(0.0, 1.0), st.floats(0.0, 0.5))
def test_ratios_stray_by_twice_the_spread_at_most(seed, variability, spread) -> None:
    chance = Chance(seed, variability)

    assert all(abs(math.log(chance.near_one(spread))) <= 2 * spread * variability + 1e-9 for _ in range(5))


def test_the_seed_decides() -> None:
    assert Chance(1, 1.0).near_one(0.1) == Chance(1, 1.0).near_one(0.1)
    assert len({Chance(seed, 1.0).near_one(0.1) for seed in range(10)}) == 10
