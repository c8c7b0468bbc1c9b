"""The demo store: three stores with a year of made-up life, and the logins to try it with. Never for production."""
