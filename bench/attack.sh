#!/usr/bin/env bash
# The effect of hostile clients: `millrace up` with a heap of 512 MB, a separate edge with 256 MB, three publishers, and twenty viewers of
# each protocol (bench/attack/Watch.java), attacked by one kind of client after the other from other loopback addresses
# (bench/attack/Attack.java). Prints a table. Fails unless both processes survive, no publisher or viewer is disconnected, no viewer is
# without media for more than a second longer than without an attack, the heap returns to its former size, and the log grows by 64 kB at most.
# Needs ffmpeg, curl and the JDK that ./millrace finds; ends by itself after about ten minutes.
# ATTACKS, HEAP, EDGE_HEAP and VIEWERS select; MILLRACE is another program to attack.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh
# Another program would have to make its cache first, or has none.
export MILLRACE_CACHE=off

readonly ATTACKS=${ATTACKS:-"none rtmp-idle rtmp-begun rtmp-commands rtmp-amf rtmp-published rtmp-early rtmp-again rtmp-questions
    rtmp-players names http-half http-held http-pipeline http-websocket http-slow-flv http-slow-lists http-slow-playlists http-agents
    http-body http-past http-moments admin-half rings logs none"}
readonly HEAP=${HEAP:-512m} EDGE_HEAP=${EDGE_HEAP:-256m} VIEWERS=${VIEWERS:-20} PUBLISHERS=3
readonly STALL_MS=1000 LOG_BYTES=64000 HEAP_SLACK_MB=24
read -ra program <<<"${MILLRACE:-./millrace}"

find_jdk

# launch NAME HEAP ARG...: as start, with a maximum heap.
launch() {
    local name=$1 heap=$2
    shift 2
    : >"$work/$name.out"
    MILLRACE_JAVA_HOME=$jdk MILLRACE_JAVA_OPTS="-Xmx$heap -XX:+ExitOnOutOfMemoryError" \
        "${program[@]}" "$@" >"$work/$name.out" 2>"$work/$name.err" &
    pid=$!
    pids+=("$pid")
    until grep -q ^ready "$work/$name.out"; do
        kill -0 "$pid" 2>/dev/null || { cat "$work/$name.err" >&2; exit 1; }
        sleep 0.1
    done
}

port() { part "$1" "$2" | sed 's/.*://; s/[^0-9].*//'; }

# live_mb PID: prints the live bytes of the heap, in MB.
live_mb() {
    "$jdk/bin/jcmd" "$1" GC.run >"$work/gc" 2>&1 || { echo 0; return; }
    "$jdk/bin/jcmd" "$1" GC.heap_info 2>/dev/null | sed -n 's/.* used \([0-9]*\)K.*/\1/p' | head -n 1 | awk '{printf "%d", $1 / 1024}'
}

# counters NAME: prints the counters of refusals and closed connections.
counters() {
    curl -s "$(part "$1" admin)/metrics" | grep -E '^millrace_(connections_closed|ingest_refused|dropped)_total' | sort
}

# risen BEFORE AFTER: prints the counters that have risen, and by how much.
risen() {
    join "$1" "$2" | awk '$3 > $2 {
        match($1, /reason="[^"]*"/); reason = substr($1, RSTART + 8, RLENGTH - 9)
        if (reason != "peer_closed") { printf "%s%s %d", sep, reason, $3 - $2; sep = ", " } }'
}

lives() { kill -0 "$1" 2>/dev/null; }

# watched FROM_MS COLUMN: prints the maximum of a column of the watchers' lines since then; the longest gaps are columns 3, 7, 11, 15.
stalls() {
    awk -v from="$1" '$1 >= from { for (i = 2; i < NF; i += 4) if ($(i + 1) > m[$i]) m[$i] = $(i + 1) }
        END { printf "%d %d %d %d", m["flv"], m["ws"], m["rtmp"], m["hls"] }' "$work/watch"
}
viewers_gone() { tail -n 1 "$work/watch" | awk '{ for (i = 2; i < NF; i += 4) n += $(i + 2); print n + 0 }'; }

"$jdk/bin/javac" -d "$work/classes" bench/attack/Attack.java bench/attack/Watch.java bench/attack/Hook.java -sourcepath bench/attack
"$jdk/bin/java" -Xmx64m -cp "$work/classes" Hook >"$work/hook" 2>"$work/hook.err" &
pids+=("$!")
until [ -s "$work/hook" ]; do sleep 0.1; done

launch up "$HEAP" up --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka-port 0 --data-dir "$work/data" \
    --publish-hook "http://127.0.0.1:$(cat "$work/hook")/" --publish-hook-timeout 10s
up=$pid
launch edge "$EDGE_HEAP" edge --host 127.0.0.1 --rtmp-port 0 --http-port 0 --admin-port 0 --kafka "$(part up kafka)"
edge=$pid

ffmpeg -v error -f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine=frequency=440:sample_rate=44100 -t 10 -c:v libx264 \
    -preset veryfast -b:v 500k -bf 0 -g 50 -keyint_min 50 -sc_threshold 0 -pix_fmt yuv420p -c:a aac "$work/clip.flv"
publishers=() streams=()
for ((i = 0; i < PUBLISHERS; i++)); do
    ffmpeg -v error -re -stream_loop -1 -i "$work/clip.flv" -c copy -f flv "$(part up rtmp)/live/show$i" 2>"$work/show$i.err" &
    publishers+=("$!")
    pids+=("$!")
    streams+=("live/show$i")
done
for stream in "${streams[@]}"; do
    until curl -sf "$(part edge http)/$stream.m3u8" -o /dev/null; do sleep 0.2; done
done
"$jdk/bin/java" -Xmx256m -cp "$work/classes" Watch "$VIEWERS" "$(port up http)" "$(port up rtmp)" "${streams[@]}" \
    / "$(port edge http)" "$(port edge rtmp)" >"$work/watch" 2>"$work/watch.err" &
pids+=("$!")
sleep 15

# The admin port of the process that is attacked over HTTP.
failed=0 usual=0
before_up=$(live_mb "$up") before_edge=$(live_mb "$edge")
printf '%-20s | %5s | %9s | %6s | %9s | %9s | %9s | %-23s | %7s | %s\n' attack conns "sent kB" closed "up MB" "edge MB" "after MB" \
    "stall ms flv ws rtmp hls" "log B" "refused how"
for attack in $ATTACKS; do
    case $attack in logs) target=up ;; *) target=edge ;; esac
    counters up >"$work/up.before"
    counters edge >"$work/edge.before"
    logged=$(cat "$work/up.err" "$work/edge.err" | wc -c)
    gone=$(viewers_gone)
    began=$(now_ms)
    "$jdk/bin/java" -Xmx1g -cp "$work/classes" Attack "$attack" "$(port up rtmp)" "$(port "$target" http)" "$(port up admin)" \
        >"$work/attack" 2>"$work/attack.err" &
    attacker=$!
    pids+=("$attacker")
    peak_up=0 peak_edge=0
    while lives "$attacker" && lives "$up" && lives "$edge"; do
        sleep 3
        mb=$(live_mb "$up"); ((mb > peak_up)) && peak_up=$mb
        mb=$(live_mb "$edge"); ((mb > peak_edge)) && peak_edge=$mb
    done
    wrong=
    wait "$attacker" || wrong=$(head -n 1 "$work/attack.err")
    sleep 2
    longest=$(stalls "$began")
    grown=$(($(cat "$work/up.err" "$work/edge.err" | wc -c) - logged))
    after_up=0 after_edge=0
    for ((i = 0; i < 20; i++)); do
        after_up=$(live_mb "$up") after_edge=$(live_mb "$edge")
        ((after_up <= before_up + HEAP_SLACK_MB && after_edge <= before_edge + HEAP_SLACK_MB)) && break
        sleep 3
    done
    counters up >"$work/up.after"
    counters edge >"$work/edge.after"
    connections=0 sent=0 closed=0 statuses=
    read -r connections sent closed statuses <"$work/attack" || true
    printf '%-20s | %5d | %9d | %6d | %9d | %9d | %4d %4d | %-23s | %7d | %s\n' "$attack" "$connections" $((sent / 1000)) "$closed" \
        "$peak_up" "$peak_edge" "$after_up" "$after_edge" "$longest" "$grown" \
        "$(risen "$work/up.before" "$work/up.after") / $(risen "$work/edge.before" "$work/edge.after") $statuses"

    complain() { echo "  FAILED: $*"; failed=1; }
    worst=$(tr ' ' '\n' <<<"$longest" | sort -n | tail -n 1)
    if [ "$attack" = none ] && ((worst > usual)); then usual=$worst; fi
    [ -z "$wrong" ] || complain "$wrong"
    lives "$up" || complain "up has ended: $(tail -n 1 "$work/up.err")"
    lives "$edge" || complain "edge has ended: $(tail -n 1 "$work/edge.err")"
    for publisher in "${publishers[@]}"; do lives "$publisher" || complain "a publisher has ended"; done
    [ "$(viewers_gone)" = "$gone" ] || complain "viewers were disconnected: $(tail -n 1 "$work/watch.err")"
    ((worst <= usual + STALL_MS)) || complain "a viewer was without media for $worst ms, $usual without an attack"
    ((after_up <= before_up + HEAP_SLACK_MB && after_edge <= before_edge + HEAP_SLACK_MB)) ||
        complain "the heaps were at $before_up and $before_edge MB before all attacks"
    ((grown <= LOG_BYTES)) || complain "the log has grown by $grown bytes"
    lives "$up" && lives "$edge" || break
done
exit "$failed"
