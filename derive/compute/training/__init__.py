"""Gradient descent: settings, start, descent, runs, and the training or restarts they make."""

from derive.compute.training.restarts import Restarts
from derive.compute.training.training import Training, train

__all__ = ["Restarts", "Training", "train"]
