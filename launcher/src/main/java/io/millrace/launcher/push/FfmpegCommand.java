package io.millrace.launcher.push;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.UnsupportedException;
import java.net.URI;

/** The FFmpeg command line that publishes what we cannot, for a shell; the stream's name, which may be a key, is left out. */
final class FfmpegCommand {
    private FfmpegCommand() {}

    /** @param cause a codec or container of another kind is encoded anew, a damaged file just read */
    static String of(String file, URI url, boolean loop, MediaException cause) {
        boolean encode = cause instanceof UnsupportedException;
        return "ffmpeg -re %s-i %s %s -f flv %s".formatted(loop ? "-stream_loop -1 " : "", quoted(file),
                encode ? "-c:v libx264 -pix_fmt yuv420p -bf 2 -g 60 -c:a aac" : "-c copy", PublishAddress.shown(url));
    }

    /** POSIX: all is literal between single quotes but a single quote. */
    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9._~:/@%+,=-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
