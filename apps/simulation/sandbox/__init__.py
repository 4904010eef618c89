"""The sandbox of the REST API: orders of test keys, carried by robots that follow a script.

No planner sees them, no courier gets them, nothing is learned from them. What they set off is real: events, webhooks,
history, tracking.
"""
