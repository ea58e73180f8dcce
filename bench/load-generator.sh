#!/usr/bin/env bash
# podpilot load beside vegeta: the same nginx, the same constant rate, a new connection for each request, in turn.
# Prints both sets of quantiles and the error of our own send times. Needs Debian's apt-get, Go and python3; nginx and
# vegeta go under ${XDG_CACHE_HOME:-~/.cache}/podpilot/load-bench, nothing is installed. Loopback only.
# Usage: bench/load-generator.sh [--rounds 3] [--seconds 30] [--out DIR] [--podpilot FILE] [--priority first|normal]
#   FILE: a binary in place of a build
set -euo pipefail
cd "$(dirname "$0")/.."

vegeta_version=v12.13.0
rounds=3
seconds=30
out=
podpilot=
priority=first
while (($#)); do
  case "$1" in
    --rounds) rounds=$2 ;;
    --seconds) seconds=$2 ;;
    --out) out=$2 ;;
    --podpilot) podpilot=$2 ;;
    --priority) priority=$2 ;;
    *) echo "load-generator: unknown option $1" >&2; exit 2 ;;
  esac
  shift 2
done

cache="${XDG_CACHE_HOME:-$HOME/.cache}/podpilot/load-bench"
mkdir -p "$cache"
nginx="$cache/nginx/usr/sbin/nginx"
if [[ ! -x $nginx ]]; then
  (cd "$cache" && apt-get download --quiet --quiet nginx && dpkg -x nginx_*.deb nginx)
fi
if [[ ! -x $cache/vegeta ]]; then
  GOBIN="$cache" go install "github.com/tsenart/vegeta/v12@$vegeta_version"
fi
if [[ -z $podpilot ]]; then
  cargo build --quiet --release --locked --package podpilot
  podpilot="${CARGO_TARGET_DIR:-target}/release/podpilot"
fi

# Both generators with the lowest real-time priority where that is allowed: on a busy machine the kernel would else let
# them wait for a tick, and both would measure that.
prefix=()
if [[ $priority == first ]] && chrt --fifo 1 true 2>/dev/null; then prefix=(chrt --fifo 1); fi

work=$(mktemp -d)
out=${out:-$work/results}
mkdir -p "$out"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir -p "$work/www" "$work/logs"
# 10 KiB as they are, and 64 KiB of words that cost milliseconds to compress.
head -c 10240 /dev/zero | tr '\0' x > "$work/www/light.html"
python3 - > "$work/www/heavy.html" <<'PYTHON'
import random
words = ["".join(random.Random(n).choices("etaoinshrdlu", k=3 + n % 7)) for n in range(900)]
chooser = random.Random(1)
print(" ".join(chooser.choice(words) for _ in range(11000))[:65536])
PYTHON
cat > "$work/nginx.conf" <<CONF
daemon off; master_process off; pid $work/nginx.pid; error_log $work/logs/error.log;
events { worker_connections 4096; }
http {
  access_log off; types { text/html html; } keepalive_timeout 0;
  client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3;
  uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
  gzip_comp_level 9; gzip_min_length 256;
  server {
    listen 127.0.0.1:$port backlog=4096; root $work/www;
    location /heavy.html { gzip on; }
  }
}
CONF
"$nginx" -c "$work/nginx.conf" -p "$work" &
nginx_pid=$!
trap 'kill "$nginx_pid" 2>/dev/null || true; wait "$nginx_pid" 2>/dev/null || true; rm -rf "$work"' EXIT
sleep 1

{ date --utc; uname -r; nproc; uptime; "$nginx" -v 2>&1; echo "vegeta $vegeta_version"; echo "generators run with: ${prefix[*]:-normal priority}"; git rev-parse HEAD; } > "$out/machine.txt"

run_ours() { # NAME PATH RATE
  "${prefix[@]}" "$podpilot" load "http://127.0.0.1:$port/$2" --rps "$3" --duration-s "$seconds" --arrivals even \
    --header 'Accept-Encoding: gzip' --quiet --output json > "$out/$1-podpilot-$round.json" || true
}
run_vegeta() { # NAME PATH RATE
  echo "GET http://127.0.0.1:$port/$2" | "${prefix[@]}" "$cache/vegeta" attack -rate "$3/1s" -duration "${seconds}s" \
    -timeout 10s -keepalive=false -header 'Accept-Encoding: gzip' |
    "$cache/vegeta" report -type=json > "$out/$1-vegeta-$round.json"
}
for ((round = 1; round <= rounds; round++)); do
  for setting in 'light-500 light.html 500' 'heavy-60 heavy.html 60'; do
    read -r name path rate <<< "$setting"
    run_ours "$name" "$path" "$rate"
    run_vegeta "$name" "$path" "$rate"
  done
done

python3 bench/load_generator_table.py "$out" | tee "$out/table.txt"
