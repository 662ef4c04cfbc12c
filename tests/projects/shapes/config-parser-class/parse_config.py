import json
from pathlib import Path
from functools import reduce
from operator import getitem


class ConfigParser:
    def __init__(self, config, resume=None, modification=None):
        self.config = _update(config, modification)
        self.resume = resume
        self.save_dir = Path(self.config['trainer']['save_dir']) / 'models'
        self.save_dir.mkdir(parents=True, exist_ok=True)

    @classmethod
    def from_args(cls, args, options=''):
        for opt in options:
            args.add_argument(*opt.flags, default=None, type=opt.type)
        if not isinstance(args, tuple):
            args = args.parse_args()
        with Path(args.config).open('rt') as handle:
            config = json.load(handle)
        modification = {opt.target: getattr(args, _name(opt.flags)) for opt in options}
        return cls(config, args.resume, modification)

    def __getitem__(self, name):
        return self.config[name]


def _update(config, modification):
    for target, value in (modification or {}).items():
        if value is not None:
            *keys, last = target.split(';')
            reduce(getitem, keys, config)[last] = value
    return config


def _name(flags):
    for flg in flags:
        if flg.startswith('--'):
            return flg.replace('--', '')
    return flags[0].replace('--', '')
