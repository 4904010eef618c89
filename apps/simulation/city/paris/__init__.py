"""Paris by hand: coordinates (latitude, longitude, WGS 84, degrees) typed from knowledge of the city.

There is no data set behind them. Good to about a hundred metres, and simplified: enough for a Parisian to know where
he is, not for turning a corner.
Plain tuples here keep the tables legible; everything that leaves this package is a `Point`.
"""
