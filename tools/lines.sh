#!/usr/bin/env bash
# Lines and files of main code at two commits, by package: what of today's stood then already
# (renames followed), and what came in files of its own.
#
#   tools/lines.sh OLD [NEW]        NEW: HEAD when left out
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2; }
old=$1 new=${2:-HEAD}
cd "$(git rev-parse --show-toplevel)"
main='*src/main/java/*.java'

lines() { git grep -c '' "$1" -- "$main" | sed "s|^$1:||; s|:\([0-9]*\)\$|\t\1|; s|^|$2\t|"; }

{
  lines "$old" then
  lines "$new" now
  git diff -M40% -l5000 --name-status "$old" "$new" -- "$main"
} | awk -F'\t' '
  function package(path) {
    sub(/.*src\/main\/java\//, "", path); sub(/\/[^\/]*$/, "", path); gsub(/\//, ".", path)
    seen[path]; return path
  }
  function kept(from, to,    p) {
    p = package(to); before[p] += was[from]; after[p] += is[to]; files[p]++; done[from]; done[to]
  }
  $1 == "then" { was[$2] = $3; next }
  $1 == "now"  { is[$2] = $3; next }
  $1 ~ /^R/    { kept($2, $3); next }
  $1 == "D"    { gone[package($2)] += was[$2]; goneFiles[package($2)]++; done[$2]; next }
  $1 == "A"    { added[package($2)] += is[$2]; addedFiles[package($2)]++; done[$2]; next }
  END {
    for (path in is) if (!(path in done)) kept(path, path)
    row = "%-34s %9s %9s %7s %6s %7s %6s %7s %6s\n"
    printf row, "package", "kept:then", "kept:now", "", "files", "gone", "files", "new", "files"
    sort = "sort -k1,1"
    for (p in seen) {
      printf row, p, before[p]+0, after[p]+0, sprintf("%+d", after[p]-before[p]), files[p]+0, gone[p]+0, goneFiles[p]+0, added[p]+0, addedFiles[p]+0 | sort
      b += before[p]; a += after[p]; f += files[p]; g += gone[p]; gf += goneFiles[p]; n += added[p]; nf += addedFiles[p]
    }
    close(sort)
    printf row, "all", b, a, sprintf("%+d", a-b), f, g, gf, n, nf
    printf "then %d lines in %d files, now %d in %d\n", b+g, f+gf, a+n, f+nf
  }'
