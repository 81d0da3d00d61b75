/*
 * Strict JSON under any bytes.  What it accepts is still accepted, and the
 * same, after cJSON has printed it.
 */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/jose/jose.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	cJSON *tree, *again;
	char *printed;

	if (jose_strict_json_parse((const char *)data, len, 32, &tree) !=
	    STRICT_OK)
		return 0;
	if ((printed = cJSON_PrintUnformatted(tree)) == NULL)
		abort();
	if (jose_strict_json_parse(printed, strlen(printed), 32, &again) !=
	    STRICT_OK)
		abort();
	if (!cJSON_Compare(tree, again, 1))
		abort();
	cJSON_Delete(again);
	cJSON_free(printed);
	cJSON_Delete(tree);
	return 0;
}
