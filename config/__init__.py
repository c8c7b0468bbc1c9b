"""What can be set: `settings` by the environment of a process, `policy` by the house rules."""
