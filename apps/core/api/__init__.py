"""What every HTTP surface shares: the one error shape, request ids, idempotency, cursor pages, health."""
