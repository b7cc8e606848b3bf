"""The network a class could draw: its description, the catalogue, the file format."""

from derive.network.description import Dense, Layer, Network
from derive.network.errors import NetworkError, Problem
from derive.network.loader import load

__all__ = ["Dense", "Layer", "Network", "NetworkError", "Problem", "load"]
