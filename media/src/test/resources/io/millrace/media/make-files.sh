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
from -c:v libaom-av1 -cpu-used 8 -crf 60 -ar 48000 -c:a libopus -b:a 16k $exact mp4/av1-opus.mp4
from -c:v libvpx-vp9 -deadline realtime -crf 60 -b:v 0 -ar 48000 -c:a flac -strict -2 $exact mp4/vp9-flac.mp4
from $video -ar 48000 -c:a ac3 -b:a 64k $exact mp4/avc-ac3.mp4
from $video -ar 48000 -c:a eac3 -b:a 64k $exact mp4/avc-eac3.mp4
ffmpeg -v error -y -i mp4/moov-last.mp4 -c copy $exact -movflags +frag_keyframe+empty_moov+default_base_moof -frag_duration 80000 mp4/fragmented-base-moof.mp4
ffmpeg -v error -y -i mp4/moov-last.mp4 -i mp4/avc-ac3.mp4 -map 0 -map 1:a -c copy $exact mp4/two-sounds.mp4
for name in moov-last.mp4 moov-first.mp4 quicktime.mov late-audio.mp4 negative-offsets.mp4 \
    fragmented.mp4 fragmented-base-moof.mp4 hevc.mp4 mp3.mp4 av1-opus.mp4 vp9-flac.mp4 avc-ac3.mp4 avc-eac3.mp4; do
    ffprobe -v error -show_entries packet=stream_index,pts,dts,duration,pos,size,flags -of csv=p=0 mp4/$name > mp4/$name.packets.csv
done
