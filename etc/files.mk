# files of etc
