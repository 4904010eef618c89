"""The shared kernel: errors, the one clock, atomic writes, events and outbox, locks, idempotency, pages, geometry.

It knows no order and no courier. Every other app may import it; it imports none of them.
"""
