import os
import torch


class Corpus(object):
    def __init__(self, path):
        self.dictionary = {}
        self.train = self.tokenize(os.path.join(path, 'train.txt'))
        self.valid = self.tokenize(os.path.join(path, 'valid.txt'))

    def tokenize(self, path):
        assert os.path.exists(path)
        with open(path, 'r', encoding="utf8") as f:
            words = f.read().split()
        return torch.tensor([self.dictionary.setdefault(word, len(self.dictionary)) for word in words])
