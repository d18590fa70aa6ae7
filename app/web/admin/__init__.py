"""The pages for administrators: what is indexed, what is done with it, how it fares."""
