class Config:
    iterations = 2

    def merge_from_file(self, path):
        with open(path) as file:
            self.text = file.read()

    def merge_from_list(self, options):
        assert len(options) % 2 == 0


def get_cfg():
    return Config()
