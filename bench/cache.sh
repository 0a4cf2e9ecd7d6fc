#!/usr/bin/env bash
# What a plain nginx cache in front of an edge keeps from it: the hit ratio of parts, playlists and other files with VIEWERS viewers of
# low-latency HLS, without and with proxy_cache_lock; and requests per second for a segment over HTTP/1.1 and HTTP/2 with h2load.
#   VIEWERS=100
#   SPAN=20           seconds of each row
# Needs ffmpeg, nginx, node, h2load and curl; loopback only; ends by itself after about two minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh

readonly VIEWERS=${VIEWERS:-100} SPAN=${SPAN:-20} NGINX_PORT=18937

make_clip "$work/clip.flv"
start up up --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka-port 0 --data-dir "$work/data"
up=$pid
edge=$(part up http)
ffmpeg -v error -re -stream_loop -1 -i "$work/clip.flv" -c copy -f flv "$(part up rtmp)/live/bench" 2>"$work/push" &
pids+=($!)

# start_cache LOCK: nginx with the configuration of docs/operations.md.
start_cache() {
    mkdir -p "$work/cache-$1"
    cat >"$work/nginx-$1.conf" <<CONF
daemon off; pid $work/nginx-$1.pid; error_log $work/nginx.log; worker_processes 1;
events { worker_connections 4096; }
http {
    log_format status '\$uri \$is_args \$upstream_cache_status';
    access_log $work/access-$1.log status;
    proxy_cache_path $work/cache-$1 keys_zone=millrace:50m max_size=1g inactive=1h use_temp_path=off;
    client_body_temp_path $work; proxy_temp_path $work; fastcgi_temp_path $work; uwsgi_temp_path $work; scgi_temp_path $work;
    upstream edges { server ${edge#http://}; keepalive 256; }
    server {
        listen 127.0.0.1:$NGINX_PORT;
        location / {
            proxy_pass http://edges; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_read_timeout 60s;
            proxy_cache millrace; proxy_cache_lock $1;
        }
    }
}
CONF
    nginx -c "$work/nginx-$1.conf" -p "$work" 2>/dev/null &
    cache=$!
    pids+=("$cache")
    until curl -sf -o /dev/null "http://127.0.0.1:$NGINX_PORT/live/bench.m3u8"; do sleep 0.2; done
}

# ratios FILE: of each kind of file, requests, hits and their share.
ratios() {
    awk '
        { kind = $1 ~ /\.m4s$/ ? (split($1, at, "/") && at[length(at)] ~ /^[0-9]+\.[0-9]+\.m4s$/ ? "parts" : "segments") \
               : $1 ~ /index\.m3u8$/ ? "media playlists" : "others"
          all[kind]++; hits[kind] += $NF == "HIT" }
        END { for (kind in all) printf "| %s | %d | %d | %.1f %% |\n", kind, all[kind], hits[kind], 100 * hits[kind] / all[kind] }' "$1"
}

until curl -sf -o /dev/null "$edge/live/bench.m3u8"; do sleep 0.5; done
for lock in off on; do
    start_cache $lock
    before=$(cpu_s "$up")
    result=$(node bench/viewers.mjs "http://127.0.0.1:$NGINX_PORT/live/bench.m3u8" "$VIEWERS" "$SPAN")
    echo "proxy_cache_lock $lock: $result, CPU of the server $(echo "$(cpu_s "$up") - $before" | bc) s"
    echo "| file | requests | hits | ratio |"
    ratios "$work/access-$lock.log" | sort
    kill "$cache"; wait "$cache" 2>/dev/null || true
done

child=$(curl -sf "$edge/live/bench.m3u8" | grep -v '^#' | head -n 1)
playlist=$edge/live/$child
segment=${playlist%/*}/$(curl -sf "$playlist" | grep '^[0-9]*\.m4s$' | tail -n 1)
for protocol in --h1 ''; do
    for target in "$segment" "$playlist"; do
        before=$(cpu_s "$up")
        # shellcheck disable=SC2086 # no argument for HTTP/2
        figures=$(h2load $protocol -n 20000 -c 64 -m 1 -t 1 "$target" | grep -E '^finished in|^requests:' | tr '\n' ';')
        echo "h2load ${protocol:---h2c} ${target##*/}: $figures CPU of the server $(echo "$(cpu_s "$up") - $before" | bc) s"
    done
done
