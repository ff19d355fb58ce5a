#!/bin/sh
usage='usage: tests/all.sh [--yes]

Runs all tests: those with few requirements, then those with desktop programs, with
packages, and on a real kernel. First it installs what they need, on Debian
(tests/setup.sh, which asks before it uses sudo; --yes: it does not ask).

A step that fails does not stop the next ones. The output of each step is also in
target/tests. The last lines are a summary.'
set -eu
cd "$(dirname "$0")/.."

case $#${1:-} in
0) yes='' ;;
1--yes) yes=--yes ;;
1-h | 1--help)
    printf '%s\n' "$usage"
    exit
    ;;
*)
    printf '%s\n\n%s\n' "all.sh: there is no argument $*" "$usage" >&2
    exit 2
    ;;
esac

logs=${CARGO_TARGET_DIR:-target}/tests
mkdir -p "$logs"
steps=5 step=0 failed=0 running=''
summary=''
begun=$(date +%s)

# SECONDS: as minutes and seconds.
span() {
    printf '%d min %02d s' $(($1 / 60)) $(($1 % 60))
}

# FILE: the sums of its test results.
results() {
    sed -n 's/^\(test result: .* \)\{0,1\}\([0-9]*\) passed[;,] \([0-9]*\) failed.*/\2 \3/p' "$1" |
        awk '{ passed += $1; failed += $2 } END { if (NR) print passed " passed, " failed " failed" }'
}

summarize() {
    printf '\n%s\n%s' "Summary, after $(span $(($(date +%s) - begun))):" "$summary"
    [ -z "$running" ] || printf '  %-11s  %s\n' interrupted "$running, see $log"
    [ "$step" = "$steps" ] || printf '  %s\n' "not run: steps $((step + 1)) to $steps"
}

# NAME COMMAND…
run() {
    name=$1 running=$1
    shift
    step=$((step + 1))
    start=$(date +%s)
    log=$logs/$step.log
    printf '\n%s\n' "== Step $step of $steps: $name ($(span $((start - begun))) so far)"
    # The status of the command, not that of tee.
    { "$@" 2>&1 && echo 0 >"$log.status" || echo $? >"$log.status"; } | tee "$log"
    read -r status <"$log.status"
    took=$(span $(($(date +%s) - start)))
    tests=$(results "$log")
    if [ "$status" = 0 ]; then
        summary="$summary$(printf '  ok      %-24s %12s  %s' "$name" "$took" "$tests")
"
    else
        failed=$((failed + 1))
        summary="$summary$(printf '  FAILED  %-24s %12s  %s' "$name" "$took" "$tests"), see $log
"
    fi
    running=''
}

trap 'summarize; exit 130' INT TERM

# Without what it installs, most tests would fail for that reason only.
# shellcheck disable=SC2086
run 'what the tests need' sh tests/setup.sh $yes
if [ "$failed" = 0 ]; then
    run 'unit and integration' cargo test --locked --workspace --no-fail-fast
    run 'desktop' cargo test --locked --test desktop
    run 'packages' cargo test --locked --test package
    run 'real kernel' cargo test --locked --test vm
fi
summarize
[ "$failed" = 0 ] || exit 1
