"""The network a class could draw: its description, the catalogue, the file format."""
