import tensorflow as tf


def get_model():
    return tf.keras.Sequential([tf.keras.layers.Dense(1)])
