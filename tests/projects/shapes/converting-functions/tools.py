import argparse


def str2bool(x):
    if x.lower() in ('true', 'yes', '1'):
        return True
    if x.lower() in ('false', 'no', '0'):
        return False
    raise argparse.ArgumentTypeError('a boolean is expected')


def sizes(text):
    return [int(part) for part in text.split(',')]


def positive(text) -> float:
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError('must be positive')
    return value
