# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What the end-to-end tests share: TAP lines, a server and an agent of their own on loopback, small
# patches made from the base repository. Sourced by tests/*.test, which run from anywhere.

top=$(cd "$(dirname "$0")/.." && pwd)
# The base repository and what the base compiled to are kept between tests: they take minutes to make.
shared=${RUNWAY_TEST_STATE:-$top/build/test-state}
work=$(mktemp -d "${TMPDIR:-/tmp}/runway-test-XXXXXX")
bin=$top/build/bin
number=0
server_pid=
agent_pid=

ok() { # ok WHAT
	number=$((number + 1))
	echo "ok $number - $1"
}

not_ok() { # not_ok WHAT [WHY...]
	number=$((number + 1))
	echo "not ok $number - $1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" | sed 's/^/# /'
}

# is WHAT GOT EXPECTED
is() {
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got:      $2" "expected: $3"; fi
}

# holds WHAT COMMAND...: the command's status decides
holds() {
	what=$1
	shift
	if output=$("$@" 2>&1); then ok "$what"; else not_ok "$what" "$*" "$output"; fi
}

# matches WHAT TEXT PATTERN (of case)
matches() {
	# shellcheck disable=SC2254
	case $2 in
	$3) ok "$1" ;;
	*) not_ok "$1" "got:      $2" "expected: $3" ;;
	esac
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

done_testing() {
	echo "1..$number"
}

# tap COMMAND...: its own TAP lines, counted on from ours
tap() {
	"$@" >"$work/tap" 2>&1 || true
	planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$work/tap")
	[ "$(grep -cE '^(not )?ok ' "$work/tap")" = "${planned:-none}" ] || not_ok "$2 runs to its end" "$(tail -20 "$work/tap")"
	while IFS= read -r line; do
		case $line in
		"ok "*) ok "${line#ok * - }" ;;
		"not ok "*) not_ok "${line#not ok * - }" ;;
		1..*) ;;
		*) printf '%s\n' "$line" ;;
		esac
	done <"$work/tap"
}

# What the tests of the API have from npm, kept between tests, in $tools; without npm there are none.
tools() {
	tools=$top/build/api-tools
	command -v npm >/dev/null 2>&1 || skip_all "npm is not installed"
	node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
		skip_all "node is older than 20.19"
	cmp -s "$top/tests/api/package-lock.json" "$tools/package-lock.json" && [ -d "$tools/node_modules" ] && return
	rm -rf "$tools"
	mkdir -p "$tools"
	cp "$top"/tests/api/package*.json "$tools"
	(cd "$tools" && npm ci --ignore-scripts --no-audit --no-fund) >"$work/npm.log" 2>&1 || {
		rm -rf "$tools"
		skip_all "npm cannot install the tools: $(grep -m1 -i error "$work/npm.log")"
	}
}

stop_pid() { # stop_pid PID: asks, waits, insists
	[ -n "$1" ] && kill "$1" 2>/dev/null || return 0
	for _ in $(seq 100); do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -9 "$1" 2>/dev/null
}

finish() {
	stop_pid "$agent_pid"
	stop_pid "$server_pid"
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

prepare() {
	mkdir -p "$shared"
	"$top/deploy/prepare-base" "$shared" >"$work/prepare.log" 2>&1 || {
		not_ok "the base repository can be made" "$(tail -5 "$work/prepare.log")"
		done_testing
		exit 1
	}
	repository=$shared/linux
}

# known_builds: before start_server; its state is a copy of the one that base.test and others built with
known_builds() {
	[ -f "$shared/server/runway.db" ] || return 0
	cp -R "$shared/server" "$work/server"
	cp "$shared/agent.token" "$shared/submit.token" "$work"
}

# more_builds: the same, but what is built stays there for the tests that come after
more_builds() {
	[ -f "$shared/server/runway.db" ] || return 0
	ln -s "$shared/server" "$work/server"
	cp "$shared/agent.token" "$shared/submit.token" "$work"
}

# start_server [OPTION...]: a fresh one in $work/server, or the one that was there, on $port
start_server() {
	[ -n "${port:-}" ] || port=0
	"$bin/runwayd" serve --listen "127.0.0.1:$port" --state "$work/server" --public-read "$@" \
		>"$work/runwayd.out" 2>>"$work/runwayd.log" &
	server_pid=$!
	for _ in $(seq 100); do
		found=$(cat "$work/runwayd.out" "$work/runwayd.log" 2>/dev/null |
			sed -n 's#.*listening on http://127\.0\.0\.1:\([0-9]*\).*#\1#p' | tail -1)
		[ -n "$found" ] && break
		sleep 0.1
	done
	port=$found
	url=http://127.0.0.1:$port
	if [ ! -f "$work/agent.token" ]; then
		for scope in agent submit; do
			"$bin/runwayd" token-add --state "$work/server" --name "$scope" --scopes "$scope" \
				>"$work/$scope.token"
		done
	fi
	RUNWAY_SERVER=$url RUNWAY_TOKEN_FILE=$work/submit.token
	export RUNWAY_SERVER RUNWAY_TOKEN_FILE
}

start_agent() {
	"$bin/runway-agent" --server "$url" --token-file "$work/agent.token" --state "$shared/agent" \
		--ccache "${RUNWAY_CCACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/runway/ccache}" --resources "$top" --capabilities build,bench-svm --repository "linux=$repository" \
		--name test "$@" >>"$work/agent.log" 2>&1 &
	agent_pid=$!
}

get() { # get PATH: below /api/v1
	curl -sS --max-time 20 "$url/api/v1$1"
}

# submit NAME FILE: prints the series' id
submit() {
	curl -sS --max-time 60 -H "Authorization: Bearer $(cat "$work/submit.token")" \
		-H 'Content-Type: application/mbox' --data-binary "@$2" "$url/api/v1/series?name=$1" |
		jq -r '.id // .detail'
}

# campaign JSON: prints its id
campaign() {
	curl -sS --max-time 20 -H "Authorization: Bearer $(cat "$work/submit.token")" \
		-H 'Content-Type: application/json' --data "$1" "$url/api/v1/campaigns" |
		jq -r '.id // .detail'
}

# with_builds SERIES...: the artifacts that base.test left of them, each in $work/SERIES
with_builds() {
	[ -f "$shared/server/runway.db" ] || skip_all "there are no builds: run tests/base.test first"
	known_builds
	start_server
	for series; do
		key=$(for id in $(get /campaigns | jq -r '.campaigns[] | select(.state == "done") | .id'); do
			get "/campaigns/$id" | jq -r --arg s "$series" \
				'.variants[] | select(.series == $s and .build.code_sha256 != null) | .build.key'
		done | head -n 1)
		mkdir "$work/$series"
		agent_get "/builds?key=$key" | jq -r '.artifacts[] | .name + " " + .sha256' >"$work/names"
		while read -r name sha256; do
			agent_get "/artifacts/$sha256" >"$work/$series/$name"
		done <"$work/names"
		[ -s "$work/$series/bzImage" ] || skip_all "base.test left no build of $series"
	done
}
agent_get() { # agent_get PATH: what an agent may read
	curl -sS --max-time 60 -H "Authorization: Bearer $(cat "$work/agent.token")" "$url/api/v1$1"
}

# wait_campaign ID SECONDS: until done or failed; prints the state
wait_campaign() {
	end=$(($(date +%s) + $2))
	while [ "$(date +%s)" -lt "$end" ]; do
		campaign_state=$(get "/campaigns/$1" | jq -r .state)
		case $campaign_state in
		done | failed)
			echo "$campaign_state"
			return 0
			;;
		esac
		sleep 0.3
	done
	echo "still $state after $2 s"
}

# wait_phase ID PHASE SECONDS: until a variant is in that phase
wait_phase() {
	end=$(($(date +%s) + $3))
	while [ "$(date +%s)" -lt "$end" ]; do
		get "/campaigns/$1" | jq -e --arg p "$2" \
			'.variants[] | select(.phase == $p and .role == "series")' >/dev/null && return 0
		sleep 0.05
	done
	return 1
}

# mail SUBJECT FILE SED-SCRIPT [FILE SED-SCRIPT]...: a patch against the base, as format-patch makes it
mail() {
	printf 'From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n'
	printf 'From: Test <test@example.org>\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n'
	printf 'Subject: [PATCH] %s\n\nMade by a test.\n---\n' "$1"
	shift
	while [ $# -gt 0 ]; do
		git --git-dir="$repository" show "HEAD:$1" >"$work/mail.a"
		sed "$2" "$work/mail.a" >"$work/mail.b"
		printf 'diff --git a/%s b/%s\n' "$1" "$1"
		diff -u --label "a/$1" --label "b/$1" "$work/mail.a" "$work/mail.b"
		shift 2
	done
	printf -- '-- \n2.39\n'
}
