#!/usr/bin/env bash
# The cost of muxing a segment of 6 Mbit/s as MPEG-TS and as CMAF, compared with a copy of the same frames (bench/mux/MuxRate.java). Prints
# MB of media per second of CPU time of one thread. Takes about a minute.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly java=${JAVA_HOME:+$JAVA_HOME/bin/}java
# Modules before their jars in the local repository. MODULES and CLASSES are other places of what Maven has made.
readonly modules=${MODULES:-media/target/classes:platform/target/classes:packager/target/classes}
readonly classes=${CLASSES:-$modules:$(cat packager/target/cp.txt launcher/target/cp.txt 2>/dev/null | paste -sd:)}
exec "$java" -Xmx512m -XX:+UseSerialGC -cp "$classes" bench/mux/MuxRate.java
