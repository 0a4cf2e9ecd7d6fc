# What the measuring scripts share: a work directory, processes that end with the script, the clip, percentiles.
# Sourced; the script has gone to the project's root and set -euo pipefail.

work=$(mktemp -d)
pids=()

end() {
    ((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap end EXIT

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# start NAME ARG...: runs `millrace ARG...` and waits for its ready line, which is then in $work/NAME.out; its process in $pid.
start() {
    local name=$1
    shift
    : >"$work/$name.out"
    ./millrace "$@" >"$work/$name.out" 2>"$work/$name.err" &
    pid=$!
    pids+=("$pid")
    until grep -q ^ready "$work/$name.out"; do
        kill -0 "$pid" 2>/dev/null || { cat "$work/$name.err" >&2; exit 1; }
        sleep 0.02
    done
}

# part NAME PART: what the ready line of NAME says of PART, such as rtmp or http.
part() { sed -n "s/^ready.* $2=\(\S*\).*/\1/p; s/^ready $2=\(\S*\).*/\1/p" "$work/$1.out" | head -n 1; }

# make_clip FILE: ten seconds of 1280x720 at 30 frames a second and 2.5 Mbit/s, GOP 2 s.
make_clip() {
    ffmpeg -v error -f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 10 \
        -c:v libx264 -preset veryfast -b:v 2500k -maxrate 2500k -bufsize 2500k -bf 0 -g 60 -keyint_min 60 \
        -sc_threshold 0 -pix_fmt yuv420p -c:a aac -b:a 128k "$1"
}

# cpu_s PID: user and system time of a process so far, in seconds.
cpu_s() { awk -v hz="$(getconf CLK_TCK)" '{sub(/^.*\) /, ""); printf "%.2f", ($12 + $13) / hz}' "/proc/$1/stat"; }

rss_mb() { awk '/^VmRSS/ {printf "%d", $2 / 1024}' "/proc/$1/status"; }
