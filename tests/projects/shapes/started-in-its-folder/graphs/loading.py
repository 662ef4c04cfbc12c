def load_edges(name):
    with open("data/{}.txt".format(name)) as file:
        return file.read().split()
