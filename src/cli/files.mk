# files of src/cli
