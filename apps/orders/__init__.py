"""What merchants ask for: quotes, orders, their legs and parcels, and the table of moves that they live by.

Owns prices, promises and the state of every order. It does not know couriers beyond their id: who carries a leg is
decided in `dispatch`, which moves legs through the services here.
"""
