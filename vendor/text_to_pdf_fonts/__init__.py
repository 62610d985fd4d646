"""The fonts of the PDFs, which chalice packs into the layer; README.md names their origins."""
