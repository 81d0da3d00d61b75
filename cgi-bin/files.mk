# files of cgi-bin
