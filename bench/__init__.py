"""Benchmarks of speed, size, memory and requests on this machine; nothing here is shipped."""
