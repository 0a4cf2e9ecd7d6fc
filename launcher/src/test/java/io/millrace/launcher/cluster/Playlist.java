package io.millrace.launcher.cluster;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The content of a media playlist.
 *
 * @param firstNumber EXT-X-MEDIA-SEQUENCE
 * @param paths of its segments
 * @param discontinuous the paths of the segments that follow an EXT-X-DISCONTINUITY
 */
record Playlist(long firstNumber, List<String> paths, Set<String> discontinuous) {
    private static final String NUMBER = "#EXT-X-MEDIA-SEQUENCE:";

    static Playlist parse(String playlistPath, byte[] text) {
        long firstNumber = 0;
        boolean discontinuity = false;
        List<String> paths = new ArrayList<>();
        Set<String> discontinuous = new HashSet<>();
        for (String line : new String(text, StandardCharsets.UTF_8).lines().toList()) {
            if (line.startsWith(NUMBER)) {
                firstNumber = Long.parseLong(line, NUMBER.length(), line.length(), 10);
            } else if (line.equals("#EXT-X-DISCONTINUITY")) {
                discontinuity = true;
            } else if (!line.startsWith("#") && !line.isBlank()) {
                paths.add(URI.create(playlistPath).resolve(line).getPath());
                if (discontinuity) {
                    discontinuous.add(paths.getLast());
                }
                discontinuity = false;
            }
        }
        return new Playlist(firstNumber, paths, discontinuous);
    }

    static List<String> uris(byte[] text) {
        return new String(text, StandardCharsets.UTF_8).lines().filter(l -> !l.startsWith("#") && !l.isBlank())
                .toList();
    }
}
