#!/usr/bin/env bash
# Compares servers under load (unprotected, a handler that lets everybody in, protected), measures how a hit grows with tokens and cores, and
# writes docs/performance.md from it. Needs the .NET 10 SDK and wrk; installs nothing. Servers listen on free ports of 127.0.0.1 and end with it.
#   run.sh [--benchmarks] [--seconds 3] [--rounds 5] [--connections 32] [--tokens 100000] [--results folder]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if ! command -v wrk >/dev/null; then
  echo "wrk is needed and not here. On Debian and Ubuntu: apt-get install wrk" >&2
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
echo "docs/performance.md is written; the runs are in $results"
