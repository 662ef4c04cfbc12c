import numpy as np
import torch

np.random.seed(2)
x = np.sin(np.arange(1000) / 20).astype('float64')
torch.save(x, open('waves.pt', 'wb'))
