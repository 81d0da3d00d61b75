#!/bin/sh
# The manual's example: it was compiled as it is printed; here it runs where
# nothing is set and where nobody answers.
example=./tests/unit/livekit_example
unset LIVEKIT_URL LIVEKIT_API_KEY LIVEKIT_API_SECRET LIVEKIT_TOKEN
failed=0

check() {	# check SENTENCE WANT GOT
	if [ "$2" = "$3" ]; then
		echo "ok $1"
	else
		echo "# got: $3"
		echo "not ok $1"
		failed=1
	fi
}

words=$($example 2>&1)
check "the manual's example ends with 1 where nothing is set" 1 $?
check "the manual's example says that nothing is set" \
    "no server URL or API key, or libcurl cannot be opened" "$words"
LIVEKIT_URL=ws://127.0.0.1:1 LIVEKIT_API_KEY=k LIVEKIT_API_SECRET=s
export LIVEKIT_URL LIVEKIT_API_KEY LIVEKIT_API_SECRET
$example >/dev/null 2>&1
check "the manual's example fails where nobody answers" 1 $?
exit $failed
