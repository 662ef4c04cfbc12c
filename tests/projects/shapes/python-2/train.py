#!/usr/bin/env python
import cPickle as pickle
import optparse

if __name__ == '__main__':
    parser = optparse.OptionParser()
    parser.add_option('--epochs', type='int', default=10)
    options, args = parser.parse_args()
    for epoch in xrange(options.epochs):
        print 'epoch', epoch, 'loss: %.3f' % (1.0 / (epoch + 1))
    try:
        pickle.dump({}, open('model.pkl', 'wb'))
    except IOError, e:
        print >>sys.stderr, e
