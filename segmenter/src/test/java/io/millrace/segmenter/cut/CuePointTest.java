package io.millrace.segmenter.cut;

import io.millrace.media.amf.Amf0Writer;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.platform.log.Cue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import static io.millrace.media.amf.AmfValue.field;
import static org.assertj.core.api.Assertions.assertThat;

class CuePointTest {
    static byte[] message(AmfValue... values) {
        ByteWriter out = new ByteWriter();
        new Amf0Writer(out).values(List.of(values));
        return out.toByteArray();
    }

    /** As Adobe's encoders send it. */
    static byte[] adobe(String name, double duration) {
        return message(new AmfValue.Text("onCuePoint"), AmfValue.Obj.of(field("name", name), field("time", 12.5),
                field("type", "event"),
                field("parameters", AmfValue.Obj.of(field("duration", duration), field("Break ID", "b\"7\"\n")))));
    }

    private static String text(byte[] message) {
        return CuePoint.parse(ByteBuffer.wrap(message))
                .map(point -> point.durationMs() + " " + point.attributes().stream()
                        .map(each -> each.name() + "=" + each.value()).collect(Collectors.joining(" ")))
                .orElse("none");
    }

    @Test
    void readsFieldsOfAdobe() {
        assertThat(text(adobe("ad", 30.25)))
                .isEqualTo("30250 CLASS=onCuePoint X-NAME=ad X-TYPE=event X-DURATION=30.25 X-BREAK-ID=b'7'");
    }

    /** The bytes of a message as Open Broadcast encoders for YouTube write them, assembled by hand from AMF0's layout. */
    @Test
    void readsFieldsOfYouTube() {
        String hex = "02000a" + HexFormat.of().formatHex("onCuePoint".getBytes()) + "03"
                + "0004" + HexFormat.of().formatHex("type".getBytes()) + "020014"
                + HexFormat.of().formatHex("com.youtube.cuepoint".getBytes())
                + "000f" + HexFormat.of().formatHex("cue_point_start".getBytes()) + "0101"
                + "0012" + HexFormat.of().formatHex("break_duration_sec".getBytes()) + "00403e000000000000"
                + "000009";
        assertThat(text(HexFormat.of().parseHex(hex))).isEqualTo("30000 CLASS=onCuePoint X-TYPE=com.youtube.cuepoint"
                + " X-CUE-POINT-START=true X-BREAK-DURATION-SEC=30");
    }

    @Test
    void ignoresOtherMessagesAndDurationsThatAreNone() {
        assertThat(text(message(new AmfValue.Text("onMetaData"), AmfValue.Obj.of()))).isEqualTo("none");
        assertThat(text(message(new AmfValue.Text("onCuePoint")))).isEqualTo("none");
        assertThat(text(message(new AmfValue.Text("onCuePoint"), new AmfValue.Number(1)))).isEqualTo("none");
        assertThat(text(new byte[]{2, 0})).as("truncated").isEqualTo("none");
        for (double seconds : new double[]{-1, Double.NaN, Double.POSITIVE_INFINITY, 86_401}) {
            assertThat(text(adobe("ad", seconds))).startsWith("0 ");
        }
        assertThat(text(adobe("ad", 86_400))).startsWith("86400000 ");
    }

    @Test
    void leavesOutWhatExceedsLimits() {
        List<AmfValue.Field> many = new ArrayList<>();
        for (int i = 0; i < 2 * Cue.ATTRIBUTES_LIMIT; i++) {
            many.add(field("f" + i, "v"));
        }
        many.addFirst(field("k".repeat(Cue.Attribute.NAME_LIMIT), "name too long"));
        byte[] message = message(new AmfValue.Text("onCuePoint"), AmfValue.Obj.of(many.toArray(AmfValue.Field[]::new)));
        assertThat(CuePoint.parse(ByteBuffer.wrap(message)).orElseThrow().attributes()).hasSize(Cue.ATTRIBUTES_LIMIT)
                .noneMatch(each -> each.value().contains("long"));
        String most = "v".repeat(Cue.ATTRIBUTE_CHARS_LIMIT - "CLASSonCuePoint".length() - "X-A".length());
        assertThat(text(message(new AmfValue.Text("onCuePoint"), AmfValue.Obj.of(field("a", most)))))
                .endsWith(" X-A=" + most);
        assertThat(text(message(new AmfValue.Text("onCuePoint"), AmfValue.Obj.of(field("a", most + "v")))))
                .isEqualTo("0 CLASS=onCuePoint");
    }
}
