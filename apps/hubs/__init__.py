"""Urban warehouses, where parcels change hands: hubs, scans in and out, stock, and what went astray.

An order through a hub has two legs; the second opens when every parcel of it was scanned in.
"""
