#!/bin/sh
# Writes avcc.tsv beside itself: what x264 puts into avcC, and what ffprobe says of the same file. FFmpeg 5.1.
# Columns: name, width, height, frame rate, profile_idc in hex, avcC in hex.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d); trap 'rm -r "$work"' EXIT
one() { # name source options...
    name=$1; source=$2; shift 2
    ffmpeg -v error -y -f lavfi -i "$source" -frames:v 3 -c:v libx264 "$@" -f mp4 "$work/$name.mp4"
    ffmpeg -v error -y -i "$work/$name.mp4" -c copy -f flv "$work/$name.flv"
    # extradata is printed by ffprobe as a hex dump with addresses and text around it.
    hex=$(ffprobe -v error -select_streams v -show_data -show_entries stream=extradata -of default=nk=1:nw=1 "$work/$name.mp4" |
        sed -n 's/^[0-9a-f]*: \([0-9a-f ]*\)  .*/\1/p' | tr -d ' \n')
    ffprobe -v error -select_streams v -show_entries stream=width,height,r_frame_rate -of csv=p=0 "$work/$name.mp4" |
        awk -F, -v n="$name" -v h="$hex" -v OFS='\t' '{ print n, $1, $2, $3, substr(h, 3, 2), h }'
}
{
    one baseline testsrc2=s=640x360:r=30 -pix_fmt yuv420p -profile:v baseline
    one main testsrc2=s=1280x720:r=60 -pix_fmt yuv420p -profile:v main
    one high testsrc2=s=1280x720:r=30000/1001 -pix_fmt yuv420p -profile:v high
    one high-cropped testsrc2=s=1920x1080:r=25 -pix_fmt yuv420p
    one high-cropped-both-ways testsrc2=s=854x362:r=24000/1001 -pix_fmt yuv420p
    one interlaced testsrc2=s=720x576:r=25 -pix_fmt yuv420p -flags +ilme+ildct -x264-params tff=1
    one interlaced-cropped testsrc2=s=1920x1080:r=30000/1001 -pix_fmt yuv420p -flags +ilme+ildct -x264-params tff=1
    one high10 testsrc2=s=1280x720:r=50 -pix_fmt yuv420p10
    one high422-cropped testsrc2=s=854x362:r=30 -pix_fmt yuv422p -profile:v high422
    one high444-cropped testsrc2=s=321x243:r=15 -pix_fmt yuv444p -profile:v high444
    one gray-cropped testsrc2=s=322x242:r=30 -pix_fmt gray
    one scaling-lists testsrc2=s=640x360:r=30 -pix_fmt yuv420p -x264-params cqm=jvt
    one own-scaling-lists testsrc2=s=640x360:r=30 -pix_fmt yuv420p -x264-params \
        "cqm4i=6,13,20,28,13,20,28,32,20,28,32,37,28,32,37,42:cqm4p=10,14,20,24,14,20,24,27,20,24,27,30,24,27,30,34"
    one colour-and-aspect testsrc2=s=642x362:r=30 -pix_fmt yuv420p -vf setsar=37/41 -color_primaries bt709 \
        -color_trc bt709 -colorspace bt709 -color_range tv -chroma_sample_location left -x264-params overscan=show
    one slow-rate testsrc2=s=64x64:r=1/3 -pix_fmt yuv420p
} > avcc.tsv
