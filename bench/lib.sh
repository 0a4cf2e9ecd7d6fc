# Shared by the measuring scripts: a work directory, processes that end with the script, the clip, percentiles.
# To be sourced in the root directory of the project, with set -euo pipefail.

# A server runs for months: measure it with its AOT cache, and not while the cache is made.
[[ ${MILLRACE_CACHE:-} == off ]] || ./millrace train >/dev/null
work=$(mktemp -d)
pids=()

end() {
    # In reverse order, because a stage that loses its broker logs errors.
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do kill "${pids[i]}" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap end EXIT

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# launch NAME ARG...: runs `millrace ARG...`, whose ready line will be in $work/NAME.out; sets $pid.
launch() {
    local name=$1
    shift
    : >"$work/$name.out"
    ./millrace "$@" >"$work/$name.out" 2>"$work/$name.err" &
    pid=$!
    pids+=("$pid")
}

# await_ready NAME PID
await_ready() {
    until grep -q ^ready "$work/$1.out"; do
        kill -0 "$2" 2>/dev/null || { cat "$work/$1.err" >&2; exit 1; }
        sleep 0.02
    done
}

# start NAME ARG...: the same, and waits for the ready line.
start() {
    launch "$@"
    await_ready "$1" "$pid"
}

# part NAME PART: prints the part PART, such as rtmp or http, of the ready line of NAME.
part() { sed -n "s/^ready.* $2=\(\S*\).*/\1/p; s/^ready $2=\(\S*\).*/\1/p" "$work/$1.out" | head -n 1; }

# start_nginx_rtmp PORT [DIRECTIVE…]: starts nginx as an RTMP server with the application live, in one process; sets $pid.
start_nginx_rtmp() {
    local port=$1
    shift
    cat >"$work/nginx-rtmp.conf" <<NGINX
load_module ${NGINX_RTMP_MODULE:-/usr/lib/nginx/modules/ngx_rtmp_module.so};
daemon off;
master_process off;
user root;
pid $work/nginx-rtmp.pid;
error_log $work/nginx-rtmp.log;
events { worker_connections 10000; }
rtmp {
    server {
        listen 127.0.0.1:$port;
        application live { live on; $* }
    }
}
NGINX
    nginx -c "$work/nginx-rtmp.conf" -p "$work" -e "$work/nginx-rtmp.log" &
    pid=$!
    pids+=("$pid")
    until (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
        kill -0 "$pid" 2>/dev/null || { cat "$work/nginx-rtmp.log" >&2; exit 1; }
        sleep 0.05
    done
}

# make_clip FILE: encodes ten seconds of 1280x720 at 30 frames per second and 2.5 Mbit/s, GOP 2 s.
make_clip() {
    ffmpeg -v error -f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 10 \
        -c:v libx264 -preset veryfast -b:v 2500k -maxrate 2500k -bufsize 2500k -bf 0 -g 60 -keyint_min 60 \
        -sc_threshold 0 -pix_fmt yuv420p -c:a aac -b:a 128k "$1"
}

# cpu_s PID: prints user and system time of a process so far, in seconds.
cpu_s() { awk -v hz="$(getconf CLK_TCK)" '{sub(/^.*\) /, ""); printf "%.2f", ($12 + $13) / hz}' "/proc/$1/stat"; }

rss_mb() { awk '/^VmRSS/ {printf "%d", $2 / 1024}' "/proc/$1/status"; }

# buckets ADMIN STAGE: prints the latency histogram of a stage so far, from the URL of an admin port: upper bounds in seconds, and the
# number of values up to each.
buckets() {
    curl -sf "$1/metrics" | grep '^millrace_stage_latency_seconds_bucket{' | grep "stage=\"$2\"" |
        sed 's/.*le="\([^"]*\)".*} \(\S*\)$/\1 \2/'
}

# quantile BEFORE AFTER Q: prints a quantile in ms of the values between two outputs of `buckets`; interpolates as Prometheus does.
quantile() {
    paste -d' ' "$1" "$2" | awk -v q="$3" '
        { le[NR] = $3; count[NR] = $4 - $2 }
        END {
            want = q * count[NR]
            for (i = 1; i <= NR; i++) if (count[i] >= want) break
            low = i > 1 ? le[i - 1] : 0; under = i > 1 ? count[i - 1] : 0
            high = le[i] == "+Inf" ? low : le[i]
            width = count[i] - under
            printf "%.1f", 1000 * (width > 0 ? low + (high - low) * (want - under) / width : low)
        }'
}

# find_jdk: sets jdk to the JDK 25 that ./millrace finds.
find_jdk() {
    eval "$(sed -n '/^fail() {/,/^}/p; /^is_java_25() {/,/^}/p; /^find_java() {/,/^}/p' millrace)"
    packed=no needs="JDK 25"
    find_java
}
