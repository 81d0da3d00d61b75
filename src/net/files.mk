# files of src/net
