import json


class Config:
    def __init__(self, data, loss):
        self.data, self.loss = data, loss

    @classmethod
    def from_json(cls, path):
        with open(path) as config_file:
            config = json.load(config_file)
            return cls(config["data"], config["loss"]["name"])
