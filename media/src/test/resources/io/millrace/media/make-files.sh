#!/bin/sh
# Writes flv/tiny.flv and mp4/* beside itself; README.md tells what they are. FFmpeg 5.1.
set -eu
cd "$(dirname "$0")"
mkdir -p flv mp4
exact="-fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1"
video="-c:v libx264 -preset veryslow -crf 45 -bf 2 -x264-params b-adapt=0:keyint=60"
audio="-c:a aac -b:a 24k -ac 1"
from() { # video seconds, then output options
    ffmpeg -v error -y -f lavfi -i testsrc2=s=64x48:r=25:d=0.2 -f lavfi -i sine=440:r=44100:d=0.2 "$@"
}
from $video $audio $exact -f flv flv/tiny.flv
from $video $audio $exact mp4/moov-last.mp4
ffmpeg -v error -y -i mp4/moov-last.mp4 -c copy $exact -movflags +faststart mp4/moov-first.mp4
ffmpeg -v error -y -i mp4/moov-last.mp4 -c copy $exact -movflags +negative_cts_offsets mp4/negative-offsets.mp4
ffmpeg -v error -y -i mp4/moov-last.mp4 -c copy $exact -f mov mp4/quicktime.mov
ffmpeg -v error -y -i mp4/moov-last.mp4 -itsoffset 0.5 -i mp4/moov-last.mp4 -map 0:v -map 1:a -c copy $exact mp4/late-audio.mp4
from -c:v libx265 -x265-params log-level=none -preset ultrafast $audio $exact mp4/hevc.mp4
from $video -c:a libmp3lame -b:a 32k $exact mp4/mp3.mp4
ffmpeg -v error -y -i mp4/moov-last.mp4 -c copy $exact -movflags +frag_keyframe+empty_moov mp4/fragmented.mp4
for name in moov-last.mp4 moov-first.mp4 quicktime.mov late-audio.mp4 negative-offsets.mp4; do
    ffprobe -v error -show_entries packet=stream_index,pts,dts,duration,pos,size,flags -of csv=p=0 mp4/$name > mp4/$name.packets.csv
done
