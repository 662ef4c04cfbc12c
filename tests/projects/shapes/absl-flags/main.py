from absl import app, flags, logging
import jax

from vit import input_pipeline, training

FLAGS = flags.FLAGS

flags.DEFINE_string("workdir", None, "Directory to store logs and model data.")
flags.DEFINE_integer("steps", 1000, "How many steps.", lower_bound=1)
_LR = flags.DEFINE_float("lr", 3e-3, "Learning rate.")
flags.DEFINE_enum("mode", "train", ["train", "eval"], "What to do.")
flags.DEFINE_bool("use_ema", True, "Average the weights.")
flags.DEFINE_list("layers", ["64", "32"], "Sizes.")
flags.mark_flags_as_required(["workdir"])


def main(argv):
    if len(argv) > 1:
        raise app.UsageError("Too many command-line arguments.")
    logging.info("JAX process: %d / %d", jax.process_index(), jax.process_count())
    if FLAGS.mode == "train":
        training.train_and_evaluate(FLAGS.workdir, FLAGS.steps, _LR.value)


if __name__ == "__main__":
    app.run(main)
