"""The deployed API held against its own document by schemathesis."""
