"""The version, kept in one place: the build reads it from here, and so does `iamviz --version`."""

__version__ = "0.1.0"
