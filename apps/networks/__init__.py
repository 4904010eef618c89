"""How organisations work with each other's fleets: connections, the rights on them, and tariffs.

A connection is the link between an ordering organisation and a fleet that it does not own: invited, accepted, paused,
ended. It names a tariff: what the fleet's owner is paid for carrying. Fleets are known here by their id only.
"""
