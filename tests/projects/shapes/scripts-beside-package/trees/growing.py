from trees.loading import load


def grow(depth):
    rows = load()
    print("depth", depth, "of", len(rows), "rows")
    return {"depth": depth}
