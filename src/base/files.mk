# files of src/base
