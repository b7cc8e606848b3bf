"""Circuits: values flow one way, derivatives back."""
