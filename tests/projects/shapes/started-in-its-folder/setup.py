from setuptools import setup

setup(name="graphs", version="1.0", packages=["graphs"], package_data={"graphs": ["README.md"]})
