# files of src/jose
