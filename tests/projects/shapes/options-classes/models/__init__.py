import importlib


def find_model_using_name(name):
    module = importlib.import_module("models." + name + "_model")
    for key, value in module.__dict__.items():
        if key.lower() == name + 'model':
            return value


def get_option_setter(name):
    return find_model_using_name(name).modify_commandline_options


def create_model(opt):
    return find_model_using_name(opt.model)(opt)
