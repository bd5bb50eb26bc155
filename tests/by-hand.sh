# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# An agent that is this shell: what a host would build and measure is sent by hand. For tests of what is
# then said about it. Sourced after tests/lib.sh, which starts the server.

post() { # post PATH JSON: as an agent
	curl -sS --max-time 20 -H "Authorization: Bearer $(cat "$work/agent.token")" \
		-H 'Content-Type: application/json' --data "$2" "$url/api/v1$1"
}

lease() { # lease CAPABILITY
	post /leases "{\"agent\":\"by-hand\",\"capabilities\":[\"$1\"],\"wait_s\":0,\"fingerprint\":{}}"
}

put_artifact() { # put_artifact FILE: prints its SHA-256
	sum=$(sha256sum "$1" | cut -d ' ' -f 1)
	curl -sS --max-time 20 -H "Authorization: Bearer $(cat "$work/agent.token")" -T "$1" \
		"$url/api/v1/artifacts/$sum" >"$work/answer"
	echo "$sum"
}

# build CODE ARTIFACTS: the next build task; CODE is one digit, another one for other code, ARTIFACTS a JSON list
build() {
	task=$(lease build)
	post "/leases/$(echo "$task" | jq -r .lease)/result" "$(jq -n -c --arg n "$1" --argjson artifacts "$2" '{
		status: "built", sentence: "", tree: ("a" * 40), base_tree: ("a" * 40), key: ($n * 64),
		code_sha256: ($n * 64), reused: false, duration_ms: 9, warnings: 0, $artifacts}')" >"$work/answer"
}

# measure ISA PROGRAM: the next block. PROGRAM (of jq) makes a load's result of {id, role, series}; the block's lane is
# $lane in it, what is left out has defaults.
measure() {
	task=$(lease "bench-$1")
	lease=$(echo "$task" | jq -r .lease)
	lane=$(echo "$task" | jq -r .task.lane)
	echo "$task" | jq -c '.task.loads[]' | while read -r load; do
		post "/leases/$lease/loads/$(echo "$load" | jq .id)" "$(echo "$load" | jq -c --arg isa "$1" --arg lane "$lane" '
			{status: "ok", sentence: "", duration_ms: 9, fingerprint: {}, dropped: [], samples: [], gates: [],
			 functions: []} + ('"$2"')')" >>"$work/answers"
	done
	post "/leases/$lease/result" '{"status":"done"}' >"$work/answer"
}
