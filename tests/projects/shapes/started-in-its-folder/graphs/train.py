import argparse
import pickle

from loading import load_edges

parser = argparse.ArgumentParser()
parser.add_argument("--hidden", type=int, default=4)
args = parser.parse_args()

edges = load_edges("edges")
print("edges", len(edges), "hidden", args.hidden)
for epoch in range(2):
    print("Epoch:", "%04d" % (epoch + 1), "val_loss=", "{:.5f}".format(1 / (epoch + 2)))
with open("graph.pkl", "wb") as file:
    pickle.dump(edges, file)
