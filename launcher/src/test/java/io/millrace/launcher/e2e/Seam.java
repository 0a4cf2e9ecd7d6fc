package io.millrace.launcher.e2e;

import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.m3u8.MediaPlaylist;
import io.millrace.media.m3u8.MediaPlaylistReader;
import io.millrace.media.m3u8.MediaSegment;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Packet;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks what viewers receive where one session of an epoch ends and the next one begins. */
final class Seam {
    /** Longer than any frame of the test clips, and short enough to be unnoticeable. */
    private static final int LONGEST_STEP_MS = 200;

    private Seam() {}

    /** One connection across the seam: timestamps continue, and new sequence headers precede their keyframe. */
    static void runsOn(List<FlvTag> tags) {
        isSteady(tags);
        List<Integer> headers = IntStream.range(0, tags.size()).filter(i -> videoHeader(tags.get(i)) != null).boxed()
                .toList();
        assertThat(headers).as("places of video sequence headers").hasSize(2);
        ByteBuffer before = videoHeader(tags.get(headers.get(0)));
        ByteBuffer after = videoHeader(tags.get(headers.get(1)));
        assertThat(after).as("the second encoder's sequence header").isNotEqualTo(before);
        FlvTag next = tags.subList(headers.get(1) + 1, tags.size()).stream()
                .filter(t -> t.type() == FlvTag.Type.VIDEO).findFirst().orElseThrow();
        assertThat(VideoTagBody.parse(next.body().duplicate()))
                .isInstanceOfSatisfying(VideoTagBody.Frame.class, frame -> assertThat(frame.flaggedKey()).isTrue());
        assertThat(next.timestampMs()).isEqualTo(tags.get(headers.get(1)).timestampMs());
    }

    /** The timestamps of each track never go back, and never jump noticeably. */
    static void isSteady(List<FlvTag> tags) {
        for (FlvTag.Type track : List.of(FlvTag.Type.AUDIO, FlvTag.Type.VIDEO)) {
            List<FlvTag> its = tags.stream().filter(t -> t.type() == track).toList();
            assertThat(its).as("%s tags", track).hasSizeGreaterThan(10);
            for (int i = 1; i < its.size(); i++) {
                assertThat(its.get(i).timestampMs() - its.get(i - 1).timestampMs())
                        .as("ms from %s tag %d of %d to the next, at %d ms", track, i - 1, its.size(),
                                its.get(i - 1).timestampMs())
                        .isBetween(0, LONGEST_STEP_MS);
            }
        }
    }

    /** Viewers join at different keyframes and receive the same from there on. */
    static void assertSameTags(List<FlvTag> a, List<FlvTag> b) {
        List<FlvTag> framesA = fromFirstFrame(a);
        List<FlvTag> framesB = fromFirstFrame(b);
        int common = Math.min(framesA.size(), framesB.size());
        assertThat(common).isGreaterThan(100);
        assertThat(framesA.subList(framesA.size() - common, framesA.size()))
                .isEqualTo(framesB.subList(framesB.size() - common, framesB.size()));
    }

    /** Checks versions of one media playlist, from the first of two sessions in the log to the end of the other. */
    static void isOneDiscontinuity(List<String> versions, List<PacketLog.Session> sessions) {
        NavigableMap<Long, MediaSegment> segments = new TreeMap<>();
        for (String version : versions) {
            MediaPlaylist playlist = MediaPlaylistReader.read(version);
            long number = playlist.mediaSequence();
            for (MediaSegment segment : playlist.segments()) {
                MediaSegment known = segments.putIfAbsent(number++, segment);
                assertThat(known == null || known.equals(segment)).as("%s was %s", segment, known).isTrue();
            }
            long left = segments.headMap(playlist.mediaSequence()).values().stream()
                    .filter(MediaSegment::discontinuity).count();
            assertThat(playlist.discontinuitySequence()).as("EXT-X-DISCONTINUITY-SEQUENCE of\n%s", version)
                    .isEqualTo(left);
        }
        assertThat(segments.keySet()).as("media sequence numbers")
                .containsExactlyElementsOf(LongStream.rangeClosed(segments.firstKey(), segments.lastKey()).boxed()
                        .toList());
        assertThat(segments.values()).noneMatch(MediaSegment::gap);
        MediaPlaylist last = MediaPlaylistReader.read(versions.getLast());
        assertThat(last.ended()).isTrue();
        assertThat(last.discontinuitySequence()).as("at the end, with the seam out of the window").isEqualTo(1);
        List<Long> seams = segments.entrySet().stream().filter(e -> e.getValue().discontinuity()).map(Map.Entry::getKey)
                .toList();
        assertThat(seams).as("segments with EXT-X-DISCONTINUITY").hasSize(1);
        timeIsTold(segments, seams.getFirst(), sessions);
    }

    /** The time of each session is that of its claim plus media time, and never goes back. */
    private static void timeIsTold(NavigableMap<Long, MediaSegment> segments, long seam,
            List<PacketLog.Session> sessions) {
        long firstEndMs = sessions.get(0).startedAtMs() + mediaMs(sessions.get(0).packets());
        long secondStartMs = sessions.get(1).startedAtMs();
        segments.tailMap(segments.firstKey(), false).forEach((number, segment) -> {
            MediaSegment before = segments.get(number - 1);
            long endMs = before.programDateTimeMs()
                    + Ticks.rescale(before.durationTicks(), Ticks.MPEG, Ticks.MILLIS);
            if (number == seam) {
                assertThat(endMs).as("PROGRAM-DATE-TIME at the kill").isBetween(firstEndMs - LONGEST_STEP_MS,
                        firstEndMs + LONGEST_STEP_MS);
                assertThat(segment.programDateTimeMs()).as("PROGRAM-DATE-TIME of the second encoder")
                        .isBetween(Math.max(secondStartMs, endMs),
                                Math.max(secondStartMs, endMs) + LONGEST_STEP_MS);
            } else {
                assertThat(segment.programDateTimeMs()).as("PROGRAM-DATE-TIME of segment %d", number)
                        .isBetween(endMs - 1, endMs + 1);
            }
        });
    }

    private static long mediaMs(List<Packet> packets) {
        List<Packet> pictures = packets.stream().filter(p -> p.kind() == Packet.Kind.VIDEO && !p.isConfig()).toList();
        return pictures.getLast().timestampMs() - pictures.getFirst().timestampMs();
    }

    /** Two edges that have read the index equally far must have identical playlists. */
    static void assertSamePlaylists(HlsRecorder.Recording a, HlsRecorder.Recording b) {
        agree("versions of the playlist", byExtent(a.playlists()), byExtent(b.playlists()));
        agree("segments", byPath(a), byPath(b));
    }

    private static void agree(String what, Map<String, String> a, Map<String, String> b) {
        List<String> common = a.keySet().stream().filter(b::containsKey).toList();
        assertThat(common).as("%s that both edges showed", what).hasSizeGreaterThan(3);
        common.forEach(it -> assertThat(b.get(it)).as("%s: %s", what, it).isEqualTo(a.get(it)));
    }

    private static Map<String, String> byPath(HlsRecorder.Recording recording) {
        return recording.digests().entrySet().stream()
                .collect(Collectors.toMap(e -> e.getKey().getPath(), Map.Entry::getValue));
    }

    private static Map<String, String> byExtent(List<String> versions) {
        return versions.stream().collect(Collectors.toMap(text -> {
            MediaPlaylist playlist = MediaPlaylistReader.read(text);
            return "%d+%d%s".formatted(playlist.mediaSequence(), playlist.segments().size(),
                    playlist.ended() ? " ended" : "");
        }, text -> text));
    }

    private static List<FlvTag> fromFirstFrame(List<FlvTag> tags) {
        int first = 0;
        while (!(tags.get(first).type() == FlvTag.Type.VIDEO && videoHeader(tags.get(first)) == null)) {
            first++;
        }
        return tags.subList(first, tags.size());
    }

    private static ByteBuffer videoHeader(FlvTag tag) {
        return tag.type() == FlvTag.Type.VIDEO
                && VideoTagBody.parse(tag.body().duplicate()) instanceof VideoTagBody.Config config
                        ? config.record()
                        : null;
    }
}
