"""The commands, one a module. What a command needs is imported inside it."""
