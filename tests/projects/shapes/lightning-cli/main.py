from lightning.pytorch.cli import LightningCLI

from net import DataModule, Net


def cli_main():
    cli = LightningCLI(Net, DataModule, save_config_kwargs={"overwrite": True})


if __name__ == "__main__":
    cli_main()
