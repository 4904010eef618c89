"""Who is on the platform: organisations, their members, and the keys of their systems.

Owns sign-in for people and API keys for systems. Everything that asks "who is calling?" gets a `Principal` from here.
"""
