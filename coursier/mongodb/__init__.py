"""What Django's own apps need on MongoDB: keys that MongoDB makes (`ObjectId`), and migrations that say so.

Our own apps need none of this: their keys are UUIDs, and one set of migrations serves every database.
"""
