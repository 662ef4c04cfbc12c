from .base_options import BaseOptions


class TrainOptions(BaseOptions):
    def initialize(self, parser):
        parser = BaseOptions.initialize(self, parser)
        parser.add_argument('--n_epochs', type=int, default=100)
        parser.add_argument('--lr', type=float, default=0.0002)
        parser.add_argument('--continue_train', action='store_true')
        self.isTrain = True
        return parser
