"""The code of the project, read and never run: files, modules, values, notebooks."""
