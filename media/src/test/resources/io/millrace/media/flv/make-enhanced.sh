#!/bin/sh
# Makes the files enhanced-*.flv with FFmpeg 8, the first that writes Enhanced RTMP v2 (bytedeco 8.0.1-1.5.13; the tests of
# launcher unpack it): FFMPEG=…/ffmpeg ./make-enhanced.sh
set -eu
cd "$(dirname "$0")"
big="-f lavfi -i testsrc2=size=162x90:rate=5"
small="-f lavfi -i testsrc2=size=96x54:rate=5"
tone="-f lavfi -i sine=frequency=440:sample_rate=48000"
high="-f lavfi -i sine=frequency=880:sample_rate=48000"
avc="-c:v libx264 -preset ultrafast -g 5 -pix_fmt yuv420p"
hevc="libx265 -x265-params log-level=none:info=0:bframes=2 -preset ultrafast -g 5"
make() { name=$1; shift; "$FFMPEG" -v error -nostdin -y "$@" -t 1.2 -fflags +bitexact -flags +bitexact "enhanced-$name.flv"; }
make hevc-aac $big $tone -c:v $hevc -pix_fmt yuv420p -c:a aac -ac 2
make hdr-surround $big $tone -c:v libx265 -x265-params log-level=none:info=0:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc \
    -preset ultrafast -g 5 -pix_fmt yuv420p10le -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -c:a aac -ac 6
make av1-opus $big $tone -c:v libaom-av1 -cpu-used 8 -usage realtime -g 5 -pix_fmt yuv420p -c:a libopus -ac 2
make vp9-flac $big $tone -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 5 -pix_fmt yuv420p -c:a flac -ac 2
make avc-ac3 $small $tone $avc -c:a ac3 -ac 2 -b:a 96k
make avc-eac3 $small $tone $avc -c:a eac3 -ac 2 -b:a 96k
make avc-mp3 $small $tone $avc -c:a libmp3lame -ar 44100 -ac 1 -b:a 48k
make multitrack $big $small $tone $high -map 0 -map 1 -map 2 -map 3 $avc -c:a aac -ac 2 -b:a 48k
make multicodec $big $small $tone $high -map 0 -map 1 -map 2 -map 3 -c:v:0 $hevc -c:v:1 libvpx-vp9 -deadline realtime -g 5 \
    -pix_fmt yuv420p -c:a:0 libopus -c:a:1 flac -ac 2
