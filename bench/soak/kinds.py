"""All that can happen."""

from bench.soak import office, shopper, till
from bench.soak.steps import Step

JOIN = shopper.STEPS[0]
STEPS: tuple[Step, ...] = (*shopper.STEPS, *till.STEPS, *office.STEPS)
