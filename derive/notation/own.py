from pathlib import Path


def read(path, shape, layout):
    raise NotImplementedError
