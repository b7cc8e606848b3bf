"""Back ends: a printer of programs each. A new one is a subclass of CodePrinter."""
