# quick model for ice cream sales, temperature -> cones
import csv
import pickle
import random

LEARNING_RATE = 0.002
EPOCHS = 40

rows = []
with open("data/sales.csv") as f:
    for row in csv.DictReader(f):
        rows.append((float(row["temperature"]), float(row["cones"])))

random.seed(7)
random.shuffle(rows)
train, held_out = rows[:-10], rows[-10:]

slope, base = 0.0, 0.0
for epoch in range(EPOCHS):
    loss = 0.0
    for temperature, cones in train:
        error = slope * temperature + base - cones
        slope -= LEARNING_RATE * error * temperature / 10
        base -= LEARNING_RATE * error
        loss += error * error
    print(f"epoch {epoch + 1}/{EPOCHS} loss: {loss / len(train):.3f}")

mae = sum(abs(slope * t + base - c) for t, c in held_out) / len(held_out)
print(f"mean error on days it has not seen: {mae:.2f} cones")

with open("model.pkl", "wb") as f:
    pickle.dump({"slope": slope, "base": base}, f)

with open("results/predictions.csv", "w", newline="") as f:
    writer = csv.writer(f)
    writer.writerow(["temperature", "cones", "predicted"])
    for t, c in held_out:
        writer.writerow([t, c, round(slope * t + base, 1)])
