"""Points given or taken by hand: reasons, limits, a second pair of eyes, and grants to many at once."""
