"""Baihui's backend: doors, activities, the core, and what they stand on. Calls go down, news goes up as facts."""
