"""Flights as NDJSON, and as the numbers that a model learns from."""

import json
from pathlib import Path

import numpy as np

CATEGORIES = ("carrier", "origin", "dest", "month", "weekday", "hour")
NUMBERS = ("distance", "wind_speed", "visibility", "precipitation", "pressure", "delay_here")


def read_flights(folder):
    """All flights in the folder's *.ndjson files, in the order of the files' names."""
    paths = sorted(Path(folder).glob("*.ndjson"))
    if not paths:
        raise FileNotFoundError(f"no *.ndjson files in {folder}")
    flights = []
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            flights.extend(json.loads(line) for line in lines if line.strip())
    return flights


def labels(flights):
    return np.array([flight["late"] for flight in flights], dtype=np.int64)


class Encoder:
    """One column for each category seen in training, and each number scaled by what training had."""

    def fit(self, flights):
        self.columns = {}
        for name in CATEGORIES:
            for value in sorted({flight[name] for flight in flights}):
                self.columns[name, value] = len(self.columns)
        numbers = self._numbers(flights)
        self.fill = np.nanmedian(numbers, axis=0)
        filled = np.where(np.isnan(numbers), self.fill, numbers)
        self.mean = filled.mean(axis=0)
        self.scale = np.maximum(filled.std(axis=0), 1e-9)
        return self

    def transform(self, flights):
        encoded = np.zeros((len(flights), len(self.columns)))
        for row, flight in enumerate(flights):
            for name in CATEGORIES:
                # An airport that training never saw is no airport.
                column = self.columns.get((name, flight[name]))
                if column is not None:
                    encoded[row, column] = 1.0
        numbers = self._numbers(flights)
        filled = np.where(np.isnan(numbers), self.fill, numbers)
        return np.hstack([encoded, (filled - self.mean) / self.scale])

    @staticmethod
    def _numbers(flights):
        rows = [[flight[name] for name in NUMBERS] for flight in flights]
        return np.array(rows, dtype=np.float64)
