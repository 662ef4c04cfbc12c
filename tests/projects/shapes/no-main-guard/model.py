import torch.nn as nn


class RNNModel(nn.Module):
    def __init__(self, kind, words, size, tied):
        super().__init__()
        self.rnn = nn.LSTM(words, size)
