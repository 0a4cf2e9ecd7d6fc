#!/bin/sh
# Makes resources/demo/demo.flv, the clip that `millrace demo` publishes in a loop. Made with FFmpeg 5.1 and the font DejaVu.
#
# It loops without a seam: 24 s are 12 closed GOPs of 2 s (720 frames at 30 fps) and 1125 AAC frames of 1024 samples at
# 48 kHz, both exactly (the encoder puts one frame in front, so that the sound is one frame shorter); the tone's period
# divides the length, and the picture comes back to where it began.
set -eu
out="$(dirname "$0")/../resources/demo/demo.flv"
font=/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf
seconds=24
size=640x360
rate=30

# A slow gradient, a ball that goes round in 4 s, a sweeping bar of 2 s (one GOP), and a clock of the loop.
picture="color=c=0x101828:s=$size:r=$rate,
 geq=lum='52+20*sin(2*PI*(X/640+T/12))+14*sin(2*PI*(Y/360-T/8))':cb='138+18*sin(2*PI*(Y/720+T/12))':cr='120+10*cos(2*PI*(X/1280+T/24))'"
marks="drawtext=fontfile=$font:text='MILLRACE':fontsize=30:fontcolor=white@0.9:x=32:y=28,
 drawtext=fontfile=$font:text='640x360 30 fps  H.264 + AAC':fontsize=15:fontcolor=white@0.6:x=32:y=66,
 drawtext=fontfile=$font:text='%{pts\\:hms}':fontsize=64:fontcolor=white:x=(w-tw)/2:y=(h-th)/2,
 drawtext=fontfile=$font:text='frame %{frame_num}':fontsize=18:fontcolor=white@0.7:x=(w-tw)/2:y=232"

ffmpeg -v error -y \
    -f lavfi -i "$picture" \
    -f lavfi -i "color=c=0x38bdf8:s=28x28:r=$rate,format=yuva420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='255*lte(hypot(X-14,Y-14),13)'" \
    -f lavfi -i "color=c=0xf59e0b:s=640x6:r=$rate" \
    -f lavfi -i "aevalsrc='0.18*sin(2*PI*440*t)*lt(mod(t,1),0.12)*sin(PI*mod(t,1)/0.12)+0.18*sin(2*PI*880*t)*lt(mod(t,2),0.12)*sin(PI*mod(t,2)/0.12)|0.12*sin(2*PI*440*t)*lt(mod(t,1),0.12)*sin(PI*mod(t,1)/0.12)':s=48000" \
    -filter_complex "[0][1]overlay=x='306+250*cos(2*PI*t/4)':y='166+120*sin(2*PI*t/4)'[ball];
        [ball][2]overlay=x='-640+640*mod(t,2)/2':y=354,$marks,format=yuv420p[picture]" \
    -map '[picture]' -map 3 -t $seconds -af "atrim=end_sample=$((seconds * 48000 - 1024))" \
    -c:v libx264 -profile:v high -preset veryslow -crf 27 -maxrate 420k -bufsize 840k \
    -bf 2 -x264-params "keyint=60:min-keyint=60:scenecut=0:open-gop=0:b-pyramid=none:b-adapt=0" \
    -c:a aac -b:a 96k -ac 2 -ar 48000 \
    -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1 -flvflags no_duration_filesize \
    -f flv "$out"
ls -l "$out"
