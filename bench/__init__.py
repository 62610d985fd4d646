"""How fast, how small and how flat the converter is, against its peers on the same machine."""
