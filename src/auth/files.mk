# files of src/auth
