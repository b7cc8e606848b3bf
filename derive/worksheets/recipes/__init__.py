"""Recipes: what a sheet asks, the kinds of questions and units, and families of networks."""
