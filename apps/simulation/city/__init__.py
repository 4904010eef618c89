"""A city to try the platform in: drawn by hand, peopled from a seed, hungry by the hour.

`generator.generate_city` makes a `City` (merchants, hubs, fleets, couriers on the ground of Paris),
`demand.DemandStream` its orders, `basemap.basemap` the map under them. Pure Python: no
Django, no network, the same seed gives the same city.
"""
