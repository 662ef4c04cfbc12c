from setuptools import find_packages, setup

setup(name="finder", version="0.1", packages=find_packages(exclude=("configs", "tests")))
