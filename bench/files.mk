# files of bench
