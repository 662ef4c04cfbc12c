"""Train the project you already have, here or on SageMaker, under one identical contract."""

__version__ = "0.1.0"
