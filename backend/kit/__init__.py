"""What every room stands on: database, time, numbers, secrets, errors, HTTP. Knows nobody above it."""
