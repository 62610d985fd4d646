"""Speed, size, memory and requests, measured on the machine at hand; nothing here is shipped."""
