"""The course's web site, made from the stored outputs: `make site`."""
