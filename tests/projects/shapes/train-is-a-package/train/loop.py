import json


def loop(epochs):
    for epoch in range(epochs):
        print("epoch=%d loss=%.2f" % (epoch, 1 / (epoch + 1)))
    with open("weights.json", "w") as file:
        json.dump([1.0], file)
