#!/usr/bin/env bash
# The API runner notices what it must notice: each file of tests/api/wrong has
# one thing wrong, and its first line tells what the runner must say.
srcdir=${srcdir:-.}
runner=${API_RUNNER:-tests/api/runner}
failed=0

for file in "$srcdir"/tests/api/wrong/*.case; do
	want=$(sed -n '1s/^# fails: //p' "$file")
	said=$("$runner" --file "$file")
	status=$?
	if [ $status -eq 1 ] && [[ $said == *"$want"* ]]; then
		echo "ok the runner notices: $(basename "$file" .case)"
	else
		echo "$said" | sed 's/^\(not \)\?ok/# &/'
		echo "not ok the runner notices: $(basename "$file" .case)"
		failed=1
	fi
done

# A reply that www/openapi.json describes otherwise.
other=$(mktemp -d)
mkdir "$other/www"
sed 's/"status"/"status2"/g' \
    "$srcdir/www/openapi.json" >"$other/www/openapi.json"
said=$(srcdir=$other "$runner" --file "$srcdir/tests/api/health/ok.http")
if [ $? -eq 1 ] && [[ $said == *"openapi.json: body"* ]]; then
	echo "ok the runner notices: a reply that is not as documented"
else
	echo "not ok the runner notices: a reply that is not as documented"
	failed=1
fi
rm -r "$other"
exit $failed
