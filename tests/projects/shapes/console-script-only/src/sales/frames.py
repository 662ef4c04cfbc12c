def days():
    return list(range(5))
