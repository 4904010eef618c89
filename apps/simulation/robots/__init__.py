"""Robots: merchants who order and couriers who carry, by the same HTTP APIs as everybody else.

They know the platform's address, its clock and what a merchant or a courier would know; they never see its database.
Whatever works for a robot works for a person with a phone.
"""
