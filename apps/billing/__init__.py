"""What fleets are owed: a charge for every leg carried over a connection, and the statement of a month.

A charge is made once, when the leg has ended, by the tariff of the connection; a statement is the sum of its charges.
"""
