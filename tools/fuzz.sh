#!/usr/bin/env bash
# Reads any number of inputs with each reader, guided by what they reach (Jazzer, Apache License 2.0).
#
#   tools/fuzz.sh [INPUTS [TARGET ...]]      a million of every target; docs/testing.md has the list
#
# FUZZ_SECONDS is the longest that a target gets. What targets had is counted in core/target/fuzz-counts: the same command goes
# on from there, with the inputs that were worth keeping, and ends when all have had INPUTS. To begin anew, delete the folder.
#
# What makes a reader fail is left in core/target/fuzz/TARGET; once mended, it belongs into
# core/src/test/resources/fuzz/TARGET, where the tests read it.
set -euo pipefail
cd "$(dirname "$0")/.."
inputs=${1:-1000000}
shift || true
mvn -B -q -Pfuzz -pl core -am test-compile
mvn -B -q -Pfuzz -pl core -am dependency:build-classpath -Dmdep.outputFile=target/fuzz.classpath -DincludeScope=test
cd core
classpath=target/test-classes:target/classes:$(cat target/fuzz.classpath)
[ $# -gt 0 ] || set -- $(java -cp "$classpath" dev.meander.fuzz.JazzerTarget)
memory=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$memory"' EXIT
mkdir -p target/fuzz-counts
read=dev.meander.**:com.fasterxml.jackson.**:org.yaml.snakeyaml.**
# Jazzer's own detectors look for other faults than ours, and slow everything down; they go by their whole names.
sanitizers=$(printf 'com.code_intelligence.jazzer.sanitizers.%s:' ClojureLangHooks Deserialization ExpressionLanguageInjection \
  LdapInjection NamingContextLookup OsCommandInjection ReflectiveCall RegexInjection RegexRoadblocks ScriptEngineInjection \
  ServerSideRequestForgery SqlInjection XPathInjection)
failed=
for target in "$@"; do
  mkdir -p "target/fuzz-seeds/$target" "src/test/resources/fuzz/$target"
  count=target/fuzz-counts/$target
  had=$(cat "$count" 2>/dev/null || echo 0)
  left=$((inputs - had))
  echo "== $target: $had inputs so far"
  [ "$left" -gt 0 ] || continue
  # The seeds are the target's own and what earlier runs found to be worth keeping.
  java -Xmx1g "-Djava.io.tmpdir=$memory" -cp "$classpath" "-Dfuzz.target=$target" com.code_intelligence.jazzer.Jazzer \
    --target_class=dev.meander.fuzz.JazzerTarget --disabled_hooks="$sanitizers" --custom_hook_includes="$read" \
    --instrumentation_includes="$read" --instrumentation_excludes='dev.meander.fuzz.**' \
    --reproducer_path=target -artifact_prefix=target/ \
    -runs="$left" -max_total_time="${FUZZ_SECONDS:-0}" -max_len=65536 -timeout=150 -print_final_stats=1 "target/fuzz-seeds/$target" "src/test/resources/fuzz/$target" 2>&1 |
    tee "target/fuzz-$target.log" | grep -E '^(AssertionError|Done)|  input: ' || true
  # Said at the end of a run alone, not after a finding, a crash or the end of patience.
  ran=$(sed -n 's/^Done \([0-9]*\) .*/\1/p' "target/fuzz-$target.log")
  if [ -n "$ran" ] && ! grep -q '  input: ' "target/fuzz-$target.log"; then
    echo $((had + ran)) > "$count"
  else
    failed="$failed $target"
  fi
done
[ -z "$failed" ] || { echo "failed:$failed"; exit 1; }
