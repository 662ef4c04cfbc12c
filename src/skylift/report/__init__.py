"""How people see it: values become text. Pure; printing is the CLI's."""
