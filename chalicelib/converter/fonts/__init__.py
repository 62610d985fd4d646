"""Fonts: selection for each character, fonts made of clusters, and emoji pictures.

The font files and their licences are in `vendor/text_to_pdf_fonts/`.
"""
