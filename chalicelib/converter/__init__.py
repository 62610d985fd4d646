"""Text in, PDF out. Pure: knows nothing of AWS and reads no environment."""
