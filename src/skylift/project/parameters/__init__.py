"""The parameters that a program declares, by whatever means it declares them."""
