import argparse
import os

import numpy as np
import tensorflow as tf

from network import get_model


def parse_args():
    parser = argparse.ArgumentParser()
    # hyperparameters sent by the client are passed as command-line arguments to the script
    parser.add_argument('--epochs', type=int, default=1)
    parser.add_argument('--batch_size', type=int, default=64)
    parser.add_argument('--learning_rate', type=float, default=0.1)
    # data directories
    parser.add_argument('--train', type=str, default=os.environ.get('SM_CHANNEL_TRAIN'))
    parser.add_argument('--test', type=str, default=os.environ.get('SM_CHANNEL_TEST'))
    # model directory: we will use the default set by SageMaker, /opt/ml/model
    parser.add_argument('--model_dir', type=str)
    parser.add_argument('--sm-model-dir', type=str, default=os.environ.get('SM_MODEL_DIR'))
    return parser.parse_known_args()


if __name__ == "__main__":
    args, _ = parse_args()
    x_train = np.load(os.path.join(args.train, 'x_train.npy'))
    y_train = np.load(os.path.join(args.train, 'y_train.npy'))
    x_test = np.load(os.path.join(args.test, 'x_test.npy'))
    model = get_model()
    model.compile(optimizer=tf.keras.optimizers.SGD(args.learning_rate), loss='mse')
    model.fit(x_train, y_train, batch_size=args.batch_size, epochs=args.epochs)
    model.save(args.sm_model_dir + '/1')
