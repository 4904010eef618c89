"""What other systems are told: endpoints, messages and attempts, by the Standard Webhooks specification.

Reads the event log and knows no app above it: which events are told, and how they look outside, stands in `catalogue`.
"""
