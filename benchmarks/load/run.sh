#!/usr/bin/env bash
# Compares servers under load (unprotected, with a handler that accepts every request, protected), measures the time of a cache hit for
# growing numbers of tokens and threads, and writes docs/performance.md. Requires the .NET 10 SDK and wrk; installs nothing. The servers
# listen on free ports of 127.0.0.1 and stop when this script ends. With "--only proofs", only the comparison of tokens that need a proof
# for each request runs, with "--only replicas" only the journal of replicas is measured, which requires PostgreSQL instead of wrk. The
# other parts of the document stay as they are.
#   run.sh [--only proofs|replicas] [--benchmarks] [--seconds 3] [--rounds 5] [--connections 32] [--tokens 100000] [--results folder]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

results=$PWD/artifacts/performance
benchmarks=false
only=
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --benchmarks) benchmarks=true ;;
    --only) only=$2; shift ;;
    --results) results=$2; shift ;;
    *) arguments+=("$1") ;;
  esac
  shift
done

case ${only:-proofs} in
  proofs | replicas) ;;
  *) echo "--only $only is unknown. Use: --only proofs, --only replicas" >&2; exit 2 ;;
esac

if [ "$only" != replicas ] && ! command -v wrk >/dev/null; then
  echo "wrk is not installed. On Debian and Ubuntu: apt-get install wrk" >&2
  exit 1
fi

mkdir -p "$results"
dotnet build -c Release -v q --nologo benchmarks/Keycloak.ApiProtection.Load
load=benchmarks/Keycloak.ApiProtection.Load/bin/Release/net10.0/Keycloak.ApiProtection.Load
if [ "$only" != proofs ]; then
  dotnet build -c Release -v q --nologo benchmarks/Keycloak.ApiProtection.Benchmarks
  bench=$PWD/benchmarks/Keycloak.ApiProtection.Benchmarks/bin/Release/net10.0/Keycloak.ApiProtection.Benchmarks
  "$bench" replicas "$results/replicas.json"
fi

if [ "$only" != replicas ]; then
  "$load" proofs "$results" "${arguments[@]}"
fi

if [ -z "$only" ]; then
  "$load" compare "$results" "${arguments[@]}"
  "$bench" scaling "$results/scaling.json"
  "$bench" together "$results/together.json"
  if $benchmarks; then
    (cd "$results" && "$bench" --filter '*')
  fi
fi

"$load" report "$results" docs
rm -f "$results/tokens.txt" "$results/proofs.txt" "$results/tokens.lua"
echo "docs/performance.md is written. The results are in $results"
