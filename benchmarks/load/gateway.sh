#!/usr/bin/env bash
# Measures the three ways of samples/Gateway, and writes the tables into docs/gateway-or-in-process.md and its Japanese version.
# Requires the .NET 10 SDK, Java, wrk, NGINX with njs, and KEYCLOAK_HOME; installs nothing.
# The servers listen on free ports of 127.0.0.1 and stop when this script ends.
#   gateway.sh [--seconds 3] [--rounds 3] [--connections 32] [--warm-up 20] [--results folder]
set -euo pipefail
results=
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --results) mkdir -p "$2"; results=$(cd "$2" && pwd); shift ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
results=${results:-$PWD/artifacts/gateway}

missing=false
need() {
  echo "$1" >&2
  missing=true
}
command -v wrk >/dev/null || need "wrk is not installed. On Debian and Ubuntu: apt-get install wrk"
PATH=$PATH:/usr/sbin:/usr/local/sbin:/usr/local/nginx/sbin
command -v nginx >/dev/null || need "NGINX is not installed. On Debian and Ubuntu: apt-get install nginx-light libnginx-mod-http-js"
module=
for folder in /usr/lib/nginx/modules /usr/lib64/nginx/modules /usr/local/nginx/modules /etc/nginx/modules; do
  [ -f "$folder/ngx_http_js_module.so" ] && module=$folder
done
[ -n "$module" ] || need "NGINX's module njs is not installed. On Debian and Ubuntu: apt-get install libnginx-mod-http-js"
command -v java >/dev/null || [ -x "${JAVA_HOME:-}/bin/java" ] || need "Java is not installed. Keycloak requires Java 17 or later.
On Debian and Ubuntu: apt-get install openjdk-21-jre-headless"
[ -n "${KEYCLOAK_HOME:-}" ] || need "KEYCLOAK_HOME is not set. Set it to the folder of an unpacked and built (kc.sh build) Keycloak 26.2 or later."
if $missing; then
  exit 1
fi

dotnet build -c Release -v q --nologo benchmarks/Keycloak.ApiProtection.Load
load=benchmarks/Keycloak.ApiProtection.Load/bin/Release/net10.0/Keycloak.ApiProtection.Load
"$load" gateway "$results" "${arguments[@]}"
"$load" gateway-report "$results" docs
echo "The results are in $results"
