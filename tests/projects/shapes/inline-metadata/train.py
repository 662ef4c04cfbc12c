# /// script
# requires-python = ">=3.12"
# dependencies = [
#   "scikit-learn>=1.4",
# ]
# ///
import pickle

from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

X, y = load_iris(return_X_y=True)
model = LogisticRegression(max_iter=200).fit(X, y)
print("accuracy:", model.score(X, y))
with open("iris.pkl", "wb") as file:
    pickle.dump(model, file)
