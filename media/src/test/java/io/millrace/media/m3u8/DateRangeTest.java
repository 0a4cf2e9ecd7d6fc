package io.millrace.media.m3u8;

import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class DateRangeTest {
    /** The attributes and values of RFC 8216bis, 4.4.5.1.1, as in its example of a splice. */
    @Test
    void writesSplice() {
        var out = new DateRange("splice-6FFFFFF0", 1_393_992_900_000L, DateRange.UNKNOWN, 59_993,
                List.of(new DateRange.Attribute("SCTE35-OUT", "0xFC002F0000000000FF")));
        assertThat(out.line())
                .isEqualTo("#EXT-X-DATERANGE:ID=\"splice-6FFFFFF0\",START-DATE=\"2014-03-05T04:15:00.000Z\","
                        + "PLANNED-DURATION=59.993,SCTE35-OUT=0xFC002F0000000000FF\n");
        var in = new DateRange("splice-6FFFFFF0", 1_393_992_900_000L, 59_993, DateRange.UNKNOWN,
                List.of(new DateRange.Attribute("SCTE35-IN", "0xFC002A0000000000FF"),
                        new DateRange.Attribute("CLASS", "a,b=c"), new DateRange.Attribute("X-É", "é")));
        assertThat(in.attributeList()).isEqualTo("ID=\"splice-6FFFFFF0\",START-DATE=\"2014-03-05T04:15:00.000Z\","
                + "DURATION=59.993,SCTE35-IN=0xFC002A0000000000FF,CLASS=\"a,b=c\",X-É=\"é\"");
    }

    @Test
    void isWrittenBeforeItsSegment() {
        var range = new DateRange("a", 0, 0, DateRange.UNKNOWN, List.of());
        var segment = new MediaSegment("4.m4s", 180_000, 8_000, true, false, "init-1.mp4", List.of(range));
        assertThat(MediaPlaylistWriter.segment(segment)).isEqualTo("""
                #EXT-X-DATERANGE:ID="a",START-DATE="1970-01-01T00:00:00.000Z",DURATION=0.000
                #EXT-X-DISCONTINUITY
                #EXT-X-MAP:URI="init-1.mp4"
                #EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:08.000Z
                #EXTINF:2.00000,
                4.m4s
                """);
        assertThat(IframePlaylistWriter.segment(segment, 100)).doesNotContain("DATERANGE");
    }

    @Test
    void rejectsWhatCannotBeQuoted() {
        var range = new DateRange("a", 0, 0, DateRange.UNKNOWN, List.of(new DateRange.Attribute("X-A", "\"")));
        assertThatIllegalArgumentException().isThrownBy(range::attributeList);
    }
}
