"""What people hand in: bytes up to a bound, YAML with places, tables."""

from derive.reading.bounded import CHUNK, named, read_bytes

__all__ = ["CHUNK", "named", "read_bytes"]
