"""A year of a store, replayed step by step through the services, with everything that goes wrong in a year.

Tills report sales twice, late, out of order and under a number that was used; shoppers spend, hold, return and leave;
operators adjust, merge and change the rules; processes crash before they commit, lose their connection, are killed and
begin anew; nights are run twice, at once and only half. What tills and shoppers remember is the `World`; at the end the
books of every member are proved, and the world's memory is held against them. `make soak` runs a million steps.
"""
