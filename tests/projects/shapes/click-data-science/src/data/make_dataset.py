# -*- coding: utf-8 -*-
import click
import logging
import shutil
from pathlib import Path


@click.command()
@click.argument('input_filepath', type=click.Path(exists=True))
@click.argument('output_filepath', type=click.Path())
def main(input_filepath, output_filepath):
    """Turns raw data into cleaned data."""
    logging.getLogger(__name__).info('making final data set from raw data')
    for path in Path(input_filepath).glob('*.csv'):
        shutil.copy(path, output_filepath)


if __name__ == '__main__':
    main()
