#!/bin/sh
# Writes the files beside itself with FFmpeg 5.1: 0.6 s of 64x48 pictures at 25 fps with B-frames and a GOP of 0.4 s, and AAC.
# moov-last.mp4 and moov-first.mp4 differ in the order of the boxes, remuxed.flv has the same packets as FFmpeg makes an
# FLV of them, recorded.flv is it with an index of keyframes and begins at 5 s, fragmented.mp4 the same in
# fragments, two-sounds.mp4 has an AC-3 track beside the AAC.
set -eu
cd "$(dirname "$0")"
exact="-fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1"
source="-f lavfi -i testsrc2=s=64x48:r=25:d=0.6 -f lavfi -i sine=440:r=44100:d=0.6"
audio="-c:a aac -b:a 24k -ac 1"
ffmpeg -v error -y $source -c:v libx264 -crf 45 -bf 2 -g 10 -x264-params b-adapt=0 $audio $exact moov-last.mp4
ffmpeg -v error -y -i moov-last.mp4 -c copy $exact -movflags +faststart moov-first.mp4
ffmpeg -v error -y -i moov-last.mp4 -c copy $exact -f flv remuxed.flv
ffmpeg -v error -y -i moov-last.mp4 -c copy $exact -output_ts_offset 5 -flvflags add_keyframe_index -f flv recorded.flv
ffmpeg -v error -y $source -c:v libx265 -x265-params log-level=none -preset ultrafast $audio $exact hevc.mp4
ffmpeg -v error -y -i moov-last.mp4 -c copy $exact -movflags +frag_keyframe+empty_moov fragmented.mp4
ffmpeg -v error -y -i moov-last.mp4 -map 0 -map 0:a -c copy -c:a:1 ac3 -b:a:1 64k $exact two-sounds.mp4
