"""The model: what a record of a file says, how it may change, and what S3 events change it.

Pure: nothing here calls AWS. Any package may import it.
"""
