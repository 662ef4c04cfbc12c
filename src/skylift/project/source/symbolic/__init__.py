"""Code followed without running it: what is known stays known, the rest is opaque.

A parser may be built by a function in another module, in a loop over a table, by a base class. To read it, its
construction is followed as an interpreter would, with what only a run can say left open: both branches of such a
condition are taken, such a loop is gone through once. Nothing of the project or of any library is imported or
called. Steps are bounded.
"""
