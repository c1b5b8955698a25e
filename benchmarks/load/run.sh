#!/usr/bin/env bash
# Compares servers under load (unprotected, with a handler that accepts every request, protected), measures the time of a cache hit for
# growing numbers of tokens and threads, and writes docs/performance.md. Requires the .NET 10 SDK and wrk; installs nothing. The servers
# listen on free ports of 127.0.0.1 and stop when this script ends.
#   run.sh [--benchmarks] [--seconds 3] [--rounds 5] [--connections 32] [--tokens 100000] [--results folder]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if ! command -v wrk >/dev/null; then
  echo "wrk is not installed. On Debian and Ubuntu: apt-get install wrk" >&2
  exit 1
fi

results=$PWD/artifacts/performance
benchmarks=false
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --benchmarks) benchmarks=true ;;
    --results) results=$2; shift ;;
    *) arguments+=("$1") ;;
  esac
  shift
done

mkdir -p "$results"
dotnet build -c Release -v q --nologo benchmarks/Keycloak.ApiProtection.Load
dotnet build -c Release -v q --nologo benchmarks/Keycloak.ApiProtection.Benchmarks
load=benchmarks/Keycloak.ApiProtection.Load/bin/Release/net10.0/Keycloak.ApiProtection.Load
bench=$PWD/benchmarks/Keycloak.ApiProtection.Benchmarks/bin/Release/net10.0/Keycloak.ApiProtection.Benchmarks

"$load" compare "$results" "${arguments[@]}"
"$bench" scaling "$results/scaling.json"
"$bench" together "$results/together.json"
if $benchmarks; then
  (cd "$results" && "$bench" --filter '*')
fi

"$load" report "$results" docs
rm -f "$results/tokens.txt" "$results/tokens.lua"
echo "docs/performance.md is written. The results are in $results"
