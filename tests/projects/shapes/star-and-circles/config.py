import os

EPOCHS = 2
LEARNING_RATE = 0.5
DATA_FILE = os.path.join("data", "rows.txt")
SAVE_DIR = "saved"
