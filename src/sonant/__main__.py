"""Start of the command line."""
