# files of src/http
