package io.millrace.tools.push;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.flv.FlvHeader;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.FlvWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TimelineTest {
    private static final String AUDIO_CONFIG = "af001190";
    private static final String OTHER_AUDIO_CONFIG = "af001210";
    private static final String AUDIO = "af0121";
    private static final String VIDEO_CONFIG = "1700000000014d4020ffe10019674d4020eca02802dd808800000300080000"
            + "0303c078c18cb001000568ebe3cb20";
    private static final String KEY = "1701000000" + "00000002" + "6501";
    private static final String INTER = "2701000000" + "00000002" + "4101";

    private final ByteWriter flv = new ByteWriter().bytes(FlvWriter.header(new FlvHeader(true, true)));

    private TimelineTest tag(FlvTag.Type type, int timestampMs, String body) {
        flv.bytes(FlvWriter.tag(new FlvTag(type, timestampMs, ByteBuffer.wrap(HexFormat.of().parseHex(body)))));
        return this;
    }

    private TimelineTest audio(int timestampMs, String body) {
        return tag(FlvTag.Type.AUDIO, timestampMs, body);
    }

    private TimelineTest video(int timestampMs, String body) {
        return tag(FlvTag.Type.VIDEO, timestampMs, body);
    }

    /** Up to {@code count} messages: kind and time, with a star after a sequence header. */
    private List<String> played(boolean loop, int count) throws IOException {
        List<String> seen = new ArrayList<>();
        try (var file = new FlvFile(() -> new ByteArrayInputStream(flv.toByteArray()))) {
            var timeline = new Timeline(file, loop);
            Optional<MediaMessage> next = timeline.next();
            while (next.isPresent() && seen.size() < count) {
                MediaMessage m = next.get();
                seen.add(m.kind().name().charAt(0) + "" + m.timestampMs() + (m.config() ? "*" : ""));
                next = timeline.next();
            }
        }
        return seen;
    }

    @Test
    void beginsAtZero() throws IOException {
        video(90_000, VIDEO_CONFIG).video(90_000, KEY).audio(90_010, AUDIO).video(90_040, INTER);
        assertThat(played(false, 10)).containsExactly("V0*", "V0", "A10", "V40");
    }

    @Test
    void headersAtZeroDoNotShiftMedia() throws IOException {
        tag(FlvTag.Type.SCRIPT, 0, "05").video(0, VIDEO_CONFIG).audio(0, AUDIO_CONFIG).video(5000, KEY)
                .audio(5010, AUDIO).audio(0, OTHER_AUDIO_CONFIG).audio(5030, AUDIO).video(5040, INTER);
        assertThat(played(true, 13)).containsExactly("D0", "V0*", "A0*", "V0", "A10", "A10*", "A30", "V40", "A40*",
                "V80", "A90", "A90*", "A110");
    }

    @Test
    void isNeverNegative() throws IOException {
        video(100, KEY).audio(90, AUDIO).video(140, INTER);
        assertThat(played(false, 10)).containsExactly("V0", "A0", "V40");
    }

    @Test
    void continuesAcross32BitWrap() throws IOException {
        video(-20, KEY).video(20, INTER);
        assertThat(played(false, 10)).containsExactly("V0", "V40");
    }

    @Test
    void shiftsTracksByLongerOnePerRound() throws IOException {
        // Video is 3 x 40 ms; audio 5 x 25 ms = 125 ms.
        tag(FlvTag.Type.SCRIPT, 0, "05").video(0, VIDEO_CONFIG).audio(0, AUDIO_CONFIG);
        video(0, KEY).audio(5, AUDIO).audio(30, AUDIO).video(40, INTER).audio(55, AUDIO).video(80, INTER)
                .audio(80, AUDIO).audio(105, AUDIO);
        assertThat(played(true, 24)).containsExactly("D0", "V0*", "A0*", "V0", "A5", "A30", "V40", "A55", "V80", "A80",
                "A105", "V125", "A130", "A155", "V165", "A180", "V205", "A205", "A230", "V250", "A255", "A280", "V290",
                "A305");
    }

    @Test
    void repeatsSequenceHeaderAfterDifferentOne() throws IOException {
        audio(0, AUDIO_CONFIG).audio(0, AUDIO).audio(20, OTHER_AUDIO_CONFIG).audio(20, AUDIO);
        assertThat(played(true, 9)).containsExactly("A0*", "A0", "A20*", "A20", "A40*", "A40", "A60*", "A60", "A80*");
    }

    @Test
    void loopWithoutMediaEnds() throws IOException {
        video(0, VIDEO_CONFIG);
        assertThat(played(true, 10)).containsExactly("V0*");
    }

    @Test
    void loopOfOneFrameEnds() throws IOException {
        // Its length cannot be known.
        video(0, KEY);
        assertThat(played(true, 10)).containsExactly("V0");
    }
}
