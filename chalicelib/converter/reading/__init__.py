"""From bytes to clean text: decompressing, decoding, and handling control characters.

The engine uses `Decoding`, `Cleaner` and `asa`.
"""
