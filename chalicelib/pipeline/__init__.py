"""What turns an upload into a PDF and a record, and what finds uploads whose event was lost.

`events` and the entry points in app.py use `Pipeline`, `Invocation` and `Reconciliation`.
"""
