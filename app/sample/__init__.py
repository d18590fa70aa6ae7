"""The sample town: the records of a commune that does not exist, and how they are made."""
