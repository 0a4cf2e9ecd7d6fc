#!/usr/bin/env bash
# Pauses, CPU and memory of `up` with different flags of the JVM, in turns: idle, with publishers, and after them. Nobody watches.
#
#   bench/collector.sh PUBLISHERS ROUNDS 'NAME FLAG...'...
#   bench/collector.sh 200 3 'now' 'ten -XX:MaxGCPauseMillis=10 -XX:GCTimeRatio=9' 'serial -XX:-UseG1GC -XX:+UseSerialGC -Xmn32m' \
#       'zgc -XX:-UseG1GC -XX:+UseZGC'
#
# Publishers of 500 kbit/s. WARM=60, SECONDS_A_LOAD=60, AFTER=60 are the seconds of each phase. A pause is a safepoint, from the
# request to the end. Needs gcc, ffmpeg, jq and a JDK 25; loopback only; on a machine without other work.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh

publishers=$1 rounds=$2
shift 2
make -s -C bench/rig BIN="$work" >&2
ffmpeg -v error -f lavfi -i testsrc2=size=640x360:rate=30 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 10 -c:v libx264 \
    -preset veryfast -b:v 436k -minrate 436k -maxrate 436k -bufsize 436k -nal-hrd cbr -bf 0 -g 60 -keyint_min 60 -sc_threshold 0 \
    -pix_fmt yuv420p -c:a aac -b:a 64k "$work/clip.flv"

push() { "$work/rtmppush" -u "$(part up rtmp)/$1/p{i}" -f "$work/clip.flv" -n "$publishers" -t "$2" -S 0 2>/dev/null | tail -n 1 | jq .bytes; }

# collector_s PID: prints the CPU time of the collector's threads so far.
collector_s() {
    awk -v hz="$(getconf CLK_TCK)" '{
        name = $0; sub(/^[^(]*\(/, "", name); sub(/\).*$/, "", name); sub(/^.*\) /, "")
        if (name ~ /^(GC Thread|G1 |Z[A-Z]|VM Thread)/) s += ($12 + $13) / hz
    } END {printf "%.2f", s}' /proc/"$1"/task/*/stat
}

echo "| flags | pauses | mean / p99 / longest ms | CPU-s/GB | of which the collector | resident MB: idle / load / after |"
echo "|---|---|---|---|---|---|"
for ((round = 1; round <= rounds; round++)); do
    for variant in "$@"; do
        name=${variant%% *} flags=
        [[ $variant == "$name" ]] || flags=${variant#* }
        export MILLRACE_JAVA_OPTS="$flags -Xlog:safepoint=info:file=$work/safepoints"
        start up up --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka-port 0 --data-dir "$work/data-$name-$round" \
            --rtmp-limits new-names-per-address=99999,new-names=99999
        sleep 10
        idle=$(rss_mb "$pid")
        push warm "${WARM:-60}" >/dev/null
        lines=$(wc -l <"$work/safepoints") cpu=$(cpu_s "$pid") collector=$(collector_s "$pid")
        bytes=$(push load "${SECONDS_A_LOAD:-60}")
        cpu=$(awk -v a="$cpu" -v b="$(cpu_s "$pid")" -v n="$bytes" 'BEGIN {printf "%.1f", (b - a) / n * 1e9}')
        collector=$(awk -v a="$collector" -v b="$(collector_s "$pid")" -v n="$bytes" 'BEGIN {printf "%.1f", (b - a) / n * 1e9}')
        load=$(rss_mb "$pid")
        pauses=$(tail -n +$((lines + 1)) "$work/safepoints" | sed -n 's/.*Total: *\([0-9]*\) ns.*/\1/p' | sort -n |
            awk '{v[NR] = $1 / 1e6; s += v[NR]} END {i = int(NR * 0.99); if (i < NR * 0.99) i++
                if (NR) printf "%d | %.1f / %.1f / %.1f", NR, s / NR, v[i], v[NR]; else printf "0 | –"}')
        sleep "${AFTER:-60}"
        echo "| $name | $pauses | $cpu | $collector | $idle / $load / $(rss_mb "$pid") |"
        kill "$pid"
        wait "$pid" || true
        unset 'pids[-1]'
        rm -rf "$work/data-$name-$round" "$work/safepoints"
    done
done
