"""What the user has. Its storeys, each of which imports only those before it::

source       the code, read and never run
config       [tool.skylift], from all its layers
parameters   what a program takes
arguments    what one run gives it
files        what ships, and of which revision
init         a project that has no config yet
checks       what is wrong with one that has
"""
