"""The door for couriers' devices."""
