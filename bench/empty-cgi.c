/* The least a CGI program can do: what every start costs. */
#include <stdio.h>

int
main(void)
{
	puts("Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nhello");
	return 0;
}
