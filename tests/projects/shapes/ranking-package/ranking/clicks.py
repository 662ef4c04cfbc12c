from argparse import ArgumentParser


def run():
    parser = ArgumentParser("clicks")
    parser.add_argument("--job-dir", required=True)
    parser.parse_args()


if __name__ == "__main__":
    run()
