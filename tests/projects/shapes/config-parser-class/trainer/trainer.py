import csv
import json
import os


class Trainer:
    def __init__(self, config):
        self.config = config

    def train(self):
        path = os.path.join(self.config['data_loader']['args']['data_dir'], 'rows.csv')
        with open(path) as handle:
            rows = list(csv.reader(handle))
        lr = self.config['optimizer']['args']['lr']
        print('lr', lr, 'rows', len(rows))
        for epoch in range(self.config['trainer']['epochs']):
            print('epoch: %d loss: %.3f' % (epoch, 1 / (1 + lr * (epoch + 1))))
        with open(self.config.save_dir / 'last.json', 'w') as handle:
            json.dump({'lr': lr}, handle)
