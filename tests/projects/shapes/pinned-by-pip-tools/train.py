import numpy as np


def fit(rows):
    return np.linalg.lstsq(rows, rows.sum(axis=1), rcond=None)[0]


if __name__ == "__main__":
    weights = fit(np.eye(3))
    np.save("weights.npy", weights)
