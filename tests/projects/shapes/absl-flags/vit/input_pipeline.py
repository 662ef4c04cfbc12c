from absl import flags

flags.DEFINE_string("dataset", "cifar10", "Which one.")


def get():
    return flags.FLAGS.dataset
