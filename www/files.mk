# files of www
