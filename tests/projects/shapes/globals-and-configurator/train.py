"""
Trains a model of characters. To run on one machine:
$ python train.py --batch_size=32 --always_save=False
"""
import json
import os
import random

# -----------------------------------------------------------------------------
# default values, for the stories
# I/O
out_dir = 'out'
init_from = 'scratch' # 'scratch' or 'resume'
always_save = True # if True, always save a checkpoint
# data
dataset = 'stories'
batch_size = 4
# the optimizer
learning_rate = 0.5 # the highest
max_iters = 20
# -----------------------------------------------------------------------------
config_keys = [k for k,v in globals().items() if not k.startswith('_') and isinstance(v, (int, float, bool, str))]
exec(open('configurator.py').read()) # overrides from command line or config file
config = {k: globals()[k] for k in config_keys} # will be useful for logging
# -----------------------------------------------------------------------------

os.makedirs(out_dir, exist_ok=True)
random.seed(1337)
data_dir = os.path.join('data', dataset)


def get_batch(split):
    with open(os.path.join(data_dir, f'{split}.txt'), encoding='utf-8') as f:
        text = f.read()
    return [random.choice(text) for _ in range(batch_size)]


state = {'iter_num': 0, 'loss': 1.0}
if init_from == 'resume':
    with open(os.path.join(out_dir, 'ckpt.json')) as f:
        state = json.load(f)

print(f"iters {max_iters} lr {learning_rate} save {always_save}")
while state['iter_num'] < max_iters:
    batch = get_batch('train')
    state['loss'] *= 1 - learning_rate / 10
    state['iter_num'] += 1
    print(f"iter {state['iter_num']}: loss {state['loss']:.4f}")
with open(os.path.join(out_dir, 'ckpt.json'), 'w') as f:
    json.dump({**state, 'config': config}, f)
