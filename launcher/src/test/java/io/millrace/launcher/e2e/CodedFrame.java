package io.millrace.launcher.e2e;

import java.util.ArrayList;
import java.util.List;

/**
 * A coded frame as FFmpeg lists it.
 *
 * @param ptsS presentation time in seconds
 */
record CodedFrame(double ptsS, String hash) {
    /** Reads the output of FFmpeg's {@code framemd5}, of one stream. */
    static List<CodedFrame> parse(List<String> framemd5) {
        double tickS = 0;
        List<CodedFrame> frames = new ArrayList<>();
        for (String line : framemd5) {
            if (line.startsWith("#tb 0: ")) {
                String[] base = line.substring("#tb 0: ".length()).split("/");
                tickS = Double.parseDouble(base[0]) / Double.parseDouble(base[1]);
            } else if (!line.startsWith("#")) {
                // stream, dts, pts, duration, size, hash, in some followed by side data
                String[] fields = line.split(",");
                frames.add(new CodedFrame(Long.parseLong(fields[2].strip()) * tickS, fields[5].strip()));
            }
        }
        return frames;
    }
}
