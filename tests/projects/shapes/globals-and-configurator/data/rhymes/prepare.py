"""Makes train.txt of what is in input.txt."""
import os

here = os.path.dirname(__file__)
if __name__ == '__main__':
    with open(os.path.join(here, 'train.txt'), 'w') as f:
        f.write('humpty dumpty sat on a wall')
