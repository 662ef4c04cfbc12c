def build(config):
    return config
