"""Gradient descent: settings, start, descent, runs, and the training they make."""

from derive.compute.training.training import Training, train

__all__ = ["Training", "train"]
