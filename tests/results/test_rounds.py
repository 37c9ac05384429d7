"""The product and an independent script agree on every record, whatever happens to a round; and the script can see."""

from functools import lru_cache

import pytest

from tests.results.judge import TRUTH
from tests.results.rounds import apart, told

#: Schedules whose rounds are broken in all ways; the long form is ``python -m tests.results.rounds 2000``.
SEEDS = (3, 7, 10)

said = lru_cache(maxsize=None)(told)


@pytest.mark.parametrize('seed', SEEDS)
def test_the_product_says_of_every_record_what_the_script_says(seed):
    rounds, states = said(seed)
    assert not list(apart(rounds, states))
    assert sum(map(len, states)) > 40


@pytest.mark.parametrize('lie', sorted(TRUTH))
def test_a_script_that_leaves_out_a_rule_disagrees(lie):
    assert any(list(apart(*said(seed), rules=TRUTH - {lie})) for seed in SEEDS)
