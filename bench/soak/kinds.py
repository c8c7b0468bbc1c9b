"""All that can happen."""

from bench.soak import office, shopper, till
from bench.soak.steps import Step

JOIN, CHANGE_THE_RULES = shopper.STEPS[0], office.STEPS[-1]
STEPS: tuple[Step, ...] = (*shopper.STEPS, *till.STEPS, *office.STEPS)
