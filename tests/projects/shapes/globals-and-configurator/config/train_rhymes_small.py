# a small one, for a quick look
out_dir = 'out-rhymes-small'
max_iters = 5
