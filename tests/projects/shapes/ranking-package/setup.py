import os

from setuptools import setup

reqs = ["attrs>=22.1", "gcsfs==2022.11.0"]

setup(
    name="ranking",
    version="1.4.3",
    packages=["ranking"],
    install_requires=reqs,
    extras_require={"dev": ["pytest"]},
    python_requires=">=3.8",
    entry_points={"console_scripts": ["ranking = ranking.main:run", "ranking-clicks = ranking.clicks:run"]},
)
