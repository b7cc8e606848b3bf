"""The backward pass in words: a module for each style, and what they share."""
