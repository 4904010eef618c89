"""Server-sent events on threads: what the board's stream and the phones' have in common."""
