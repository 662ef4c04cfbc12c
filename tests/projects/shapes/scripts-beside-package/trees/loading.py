import os

HERE = os.path.dirname(os.path.abspath(__file__))


def load():
    with open(os.path.join(HERE, "rows.txt")) as file:
        return file.read().split()
