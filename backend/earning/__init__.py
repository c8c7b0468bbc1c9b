"""What points are given for: rules as data with versions, caps, budgets, and an explanation of every award."""
