#!/usr/bin/env bash
# What the whole pipeline costs, from RTMP to listed segments, beside nginx-rtmp with HLS in the same run. Nobody watches.
#
#   bench/pipeline.sh            `up`: everything in one process
#   bench/pipeline.sh stages     a process for each stage, and one broker
#   bench/pipeline.sh cluster    three brokers and two processes of each stage
#
# Each load is a number of publishers and the bitrate of each in kbit/s: LOADS="1x500 50x500 200x500 10x6000". SECONDS_A_LOAD=30.
# WARM=4 loads of half a minute come first. JFR=FILE keeps the recording of the last load of `up`. MILLRACE_JAVA_OPTS as for ./millrace.
# Needs gcc, ffmpeg, curl, jq, nginx with its RTMP module (Debian: libnginx-mod-rtmp) and a JDK 25; loopback only; `up` takes about
# eight minutes, on a machine without other work.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh

mode=${1:-up}
seconds=${SECONDS_A_LOAD:-30}
read -ra loads <<<"${LOADS:-1x500 50x500 200x500 10x6000}"
make -s -C bench/rig BIN="$work" >&2

# make_flv KBITS: encodes ten seconds at this bitrate, of which 64 kbit/s are sound. GOP 2 s.
make_flv() {
    local video=$(($1 - 64)) size=640x360
    [[ $1 -lt 2000 ]] || size=1920x1080
    [[ -e $work/$1.flv ]] || ffmpeg -v error -f lavfi -i "testsrc2=size=$size:rate=30" -f lavfi -i sine=frequency=440:sample_rate=48000 \
        -t 10 -c:v libx264 -preset veryfast -b:v "${video}k" -minrate "${video}k" -maxrate "${video}k" -bufsize "${video}k" -nal-hrd cbr \
        -bf 0 -g 60 -keyint_min 60 -sc_threshold 0 -pix_fmt yuv420p -c:a aac -b:a 64k "$work/$1.flv"
}
for load in "${loads[@]}"; do make_flv "${load#*x}"; done
make_flv 500

# Processes of Millrace by name, in the order of their start.
names=()
declare -A process

# run NAME ARG...: launches a process that is awaited later.
run() {
    launch "$@" "${common[@]}"
    names+=("$1")
    process[$1]=$pid
}
await_all() { for name in "${names[@]}"; do await_ready "$name" "${process[$name]}"; done; }

nginx_port=18937
start_nginx_rtmp "$nginx_port" "hls on; hls_path $work/hls; hls_fragment 2s; hls_playlist_length 60s;"
nginx=$pid
common=(--admin-port 0 --kafka-metrics on)
# All publishers have one address, and each load has names of its own.
many_names=(--rtmp-limits new-names-per-address=99999,new-names=99999)
case $mode in
    up)
        run up up --host 127.0.0.1 --rtmp-port 0 --http-port 0 --kafka-port 0 --data-dir "$work/data" "${many_names[@]}"
        await_all
        rtmp=$(part up rtmp)
        packagers=(up) clients=(up)
        ;;
    stages | cluster)
        brokers=1 each=1 kafka=''
        [[ $mode == stages ]] || brokers=3 each=2
        for ((i = 1; i <= brokers; i++)); do
            voters=()
            [[ $mode == stages ]] || voters=(--node-id "$i" --voters 1@127.0.0.1:18961,2@127.0.0.1:18962,3@127.0.0.1:18963)
            run "broker$i" broker --kafka-port $((18970 + i)) --data-dir "$work/broker$i" "${voters[@]}"
            kafka+=${kafka:+,}127.0.0.1:$((18970 + i))
        done
        await_all
        packagers=() clients=()
        for ((i = 1; i <= each; i++)); do
            stage=(--kafka "$kafka" --host 127.0.0.1)
            run "ingest$i" ingest "${stage[@]}" --rtmp-port 0 "${many_names[@]}"
            run "segmenter$i" segmenter "${stage[@]}" --data-dir "$work/segmenter$i"
            run "packager$i" packager "${stage[@]}"
            run "edge$i" edge "${stage[@]}" --rtmp-port 0 --http-port 0
            packagers+=("packager$i")
            clients+=("ingest$i" "segmenter$i" "packager$i" "edge$i")
        done
        await_all
        rtmp=$(part ingest1 rtmp)
        ;;
    *) echo "usage: bench/pipeline.sh [up | stages | cluster]" >&2; exit 2 ;;
esac

# threads PID: the CPU time of each thread so far: id, seconds, name. The kernel cuts names off after 15 characters.
threads() {
    awk -v hz="$(getconf CLK_TCK)" '{
        id = $1; name = $0; sub(/^[^(]*\(/, "", name); sub(/\).*$/, "", name); sub(/^.*\) /, "")
        printf "%s %.2f %s\n", id, ($12 + $13) / hz, name
    }' /proc/"$1"/task/*/stat 2>/dev/null
}

# requests: the requests that the Kafka clients of all stages have sent so far: name of the client without its numbers, count.
requests() {
    for name in "${clients[@]}"; do
        curl -sf "$(part "$name" admin)/metrics" |
            sed -n 's/^kafka_\(producer\|consumer\|admin_client\)_request_total{.*client_id="\([^"]*\)".*} \(\S*\)$/\2 \3/p'
    done | awk '{
        gsub(/[0-9a-f]{8}-[0-9a-f-]{27}/, "", $1); gsub(/-?[0-9]+/, "", $1); n[$1] += $2
    } END {for (c in n) print c, n[c]}' | sort
}

# latencies FILE: the histogram of all packagers so far, from the ingest stamp to the part's index entry.
latencies() {
    for name in "${packagers[@]}"; do buckets "$(part "$name" admin)" packager; done |
        awk '!($1 in n) {order[++k] = $1} {n[$1] += $2} END {for (i = 1; i <= k; i++) print order[i], n[order[i]]}' >"$1"
}

# metrics: what all stages have counted so far: bytes allocated, seconds of collector pauses, number of pauses, packets received. A
# broker of its own has no admin port, so what it allocates is not included.
metrics() {
    for name in "${clients[@]}"; do curl -sf "$(part "$name" admin)/metrics"; done | awk '
        /^jvm_gc_memory_allocated_bytes_total/ {allocated += $NF}
        /^jvm_gc_pause_seconds_sum/ {paused += $NF}
        /^jvm_gc_pause_seconds_count/ {pauses += $NF}
        /^millrace_ingest_packets_total/ {packets += $NF}
        END {printf "%.0f %.3f %d %d\n", allocated, paused, pauses, packets}'
}

written_bytes() { for name in "${names[@]}"; do awk '/^write_bytes/ {print $2}' "/proc/${process[$name]}/io"; done | awk '{n += $1} END {printf "%d", n}'; }

# push URL PUBLISHERS KBITS SECONDS: starts publishers, and waits until all publish; sets $push.
push() {
    "$work/rtmppush" -u "$1/p{i}" -f "$work/$3.flv" -n "$2" -t "$4" -S 0 >"$work/push" 2>>"$work/push.err" &
    push=$!
    until grep -q ^READY "$work/push"; do
        kill -0 "$push" 2>/dev/null || { tail -n 3 "$work/push.err" >&2; exit 1; }
        sleep 0.02
    done
}
pushed() { wait "$push" || tail -n 3 "$work/push.err" >&2; }
pushed_bytes() { tail -n 1 "$work/push" | jq .bytes; }

# A node runs for months, so JIT compilation in the first minutes must not count as a cost of publishers.
for ((i = 0; i < ${WARM:-4}; i++)); do
    push "$rtmp/warm$i" 200 500 30
    pushed
done

table=$work/table details=$work/details
for load in "${loads[@]}"; do
    count=${load%x*} kbits=${load#*x}
    push "rtmp://127.0.0.1:$nginx_port/live" "$count" "$kbits" "$seconds"
    before=$(cpu_s "$nginx")
    pushed
    nginx_s=$(awk -v a="$(cpu_s "$nginx")" -v b="$before" -v n="$(pushed_bytes)" 'BEGIN {printf "%.1f", (a - b) / n * 1e9}')

    push "$rtmp/load$load" "$count" "$kbits" "$seconds"
    if [[ $mode == up && -n ${JFR:-} ]]; then
        jdk=$(dirname "$(readlink "/proc/${process[up]}/exe")")
        "$jdk/jcmd" "${process[up]}" JFR.start name=bench settings=profile >/dev/null
    fi
    latencies "$work/latencies.before"
    requests >"$work/requests.before"
    metrics >"$work/metrics"
    written=$(written_bytes)
    for name in "${names[@]}"; do threads "${process[$name]}" >"$work/$name.before"; done
    begun=$(now_ms)
    pushed
    took_ms=$(($(now_ms) - begun))
    for name in "${names[@]}"; do threads "${process[$name]}" >"$work/$name.after"; done
    latencies "$work/latencies.after"
    requests >"$work/requests.after"
    metrics >>"$work/metrics"
    written=$(($(written_bytes) - written))
    if [[ $mode == up && -n ${JFR:-} ]]; then
        "$jdk/jcmd" "${process[up]}" JFR.stop name=bench filename="$(realpath "$JFR")" >/dev/null
    fi
    bytes=$(pushed_bytes)
    resident=0
    for name in "${names[@]}"; do resident=$((resident + $(rss_mb "${process[$name]}"))); done

    # Seconds of each thread in this load; one that started in between counts from 0.
    for name in "${names[@]}"; do
        awk -v name="$name" 'NR == FNR {before[$1] = $2; next} {s = $2 - before[$1]; $1 = $2 = ""; sub(/^ +/, ""); print name "\t" s "\t" $0}' \
            "$work/$name.before" "$work/$name.after"
    done >"$work/spent"
    awk -F '\t' -v load="$load" -v n="$bytes" -v ms="$took_ms" -v nginx="$nginx_s" -v mb="$resident" -v written="$written" \
        -v p50="$(quantile "$work/latencies.before" "$work/latencies.after" 0.5)" \
        -v p99="$(quantile "$work/latencies.before" "$work/latencies.after" 0.99)" '
        {s += $2}
        END {printf "| %s | %s | %.1f | %.2f | %.2f | %d | %.2f | %s / %s |\n",
            load, nginx, s / n * 1e9, s / n * 1e9 / nginx, s * 1e3 / ms, mb, written / n, p50, p99}' "$work/spent" >>"$table"
    {
        echo
        echo "$load: percent of a core by process and thread group"
        echo
        awk -F '\t' -v ms="$took_ms" '{gsub(/[0-9]+/, "", $3); sub(/[-# ]+$/, "", $3); n[$1 "  " $3] += $2}
            END {for (k in n) if (n[k] * 1e5 / ms >= 0.5) printf "%6.1f  %s\n", n[k] * 1e5 / ms, k}' "$work/spent" | sort -rn
        echo
        awk -v load="$load" -v ms="$took_ms" 'NR == 1 {split($0, before)} NR == 2 {
            n = $4 - before[4]; pauses = $3 - before[3]
            printf "%s: %.0f bytes allocated per packet, %.1f packets/s; %d collector pauses of %.1f ms on average\n", load,
                n ? ($1 - before[1]) / n : 0, n * 1000 / ms, pauses, pauses ? ($2 - before[2]) * 1000 / pauses : 0}' "$work/metrics"
        echo
        echo "$load: requests a second by client"
        echo
        join "$work/requests.before" "$work/requests.after" |
            awk -v ms="$took_ms" '$3 > $2 {printf "%7.1f  %s\n", ($3 - $2) * 1000 / ms, $1}' | sort -rn
    } >>"$details"
done

echo "| publishers x kbit/s | nginx-rtmp with HLS, CPU-s/GB | millrace $mode | times nginx | cores | resident MB | written per byte of media | ingest to part indexed p50 / p99 ms |"
echo "|---|---|---|---|---|---|---|---|"
cat "$table" "$details"
