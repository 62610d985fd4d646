"""From bytes to clean text: recognizing the encoding, decoding, and handling control characters.

The engine uses `Decoding` and `Cleaner`; layout and document use the lines of `cleaning`.
"""
