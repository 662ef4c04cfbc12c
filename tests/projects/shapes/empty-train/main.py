import argparse

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=5)
    for step in range(parser.parse_args().steps):
        print("step", step, "loss:", 1 / (step + 1))
    with open("model.txt", "w") as file:
        file.write("1")
