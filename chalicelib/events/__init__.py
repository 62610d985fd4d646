"""Handlers of the events that invoke the functions: S3, batches, and the stream of the table.

The entry points in app.py use `Intake` and `Announcer`.
"""
