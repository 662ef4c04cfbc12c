PASSWORD = "not for anybody"
