"""The domain model: records of files, the rules of their changes, S3 events, and object keys.

Nothing here calls AWS. Any package may import its modules.
"""
