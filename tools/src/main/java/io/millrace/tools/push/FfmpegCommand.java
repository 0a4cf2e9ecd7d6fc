package io.millrace.tools.push;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.UnsupportedException;
import java.net.URI;

/**
 * Returns a shell command line of FFmpeg for publishing a file that Millrace cannot. Omits the stream name, which may
 * be a key.
 */
final class FfmpegCommand {
    private FfmpegCommand() {}

    /** @param cause an unsupported codec or container is transcoded, a damaged file is only remuxed */
    static String of(String file, URI url, boolean loop, MediaException cause) {
        boolean encode = cause instanceof UnsupportedException;
        return "ffmpeg -re %s-i %s %s -f flv %s".formatted(loop ? "-stream_loop -1 " : "", quoted(file),
                encode ? "-c:v libx264 -pix_fmt yuv420p -bf 2 -g 60 -c:a aac" : "-c copy", PublishAddress.shown(url));
    }

    /** POSIX shell: between single quotes, every character except a single quote is literal. */
    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9._~:/@%+,=-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
