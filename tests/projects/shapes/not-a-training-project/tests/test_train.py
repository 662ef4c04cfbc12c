def test_train():
    assert True


if __name__ == "__main__":
    test_train()
