"""The journal: what was asked and done, line by line, each chained to the one before."""
