"""What fleets are owed: a charge for every leg carried for another organisation, and the statement of a month.

Charges follow the event log: made once per leg, by the tariff that held when its parcels went on board, or by the
platform's rates where none was agreed. A statement is what one orderer owes one executor for a month: the sum of its
charges, to the cent, as JSON, CSV and PDF. Nothing here is ever changed, only added to.
"""
