package io.millrace.segmenter.cut;

import io.millrace.media.amf.Amf0Writer;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.StreamEntry;
import io.millrace.segmenter.Tape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class MetadataTest {
    @ParameterizedTest
    @CsvSource({"Lavf60.16.100, Lavf60.16.100",
        "obs-output module (libobs version 30.0.2), obs-output module (libobs version 30.0.2)",
        "' a\u0000b\r\nc\u202Ed\u2028e ', abcde", "'', ''", "Caméra \uD83C\uDFA5, Caméra \uD83C\uDFA5"})
    void encoderNameIsOneLine(String said, String kept) {
        assertThat(Metadata.parse(named(new AmfValue.Text(said))).encoder()).isEqualTo(kept);
    }

    @Test
    void limitsName() {
        int limit = Metadata.ENCODER_CHARS;
        for (int length : new int[]{limit, limit + 1}) {
            assertThat(Metadata.parse(named(new AmfValue.Text("x".repeat(length)))).encoder()).hasSize(limit);
        }
    }

    @Test
    void ignoresInvalidName() {
        assertThat(Metadata.parse(named(new AmfValue.Number(7))).encoder()).isEmpty();
        assertThat(Metadata.parse(ByteBuffer.wrap(new byte[]{2, 0, 9})).encoder()).isEmpty();
    }

    @Test
    void directoryKeepsEncoderNameAcrossRestart() {
        Tape tape = new Tape();
        Tape.Publisher publisher = tape.publisher();
        publisher.body(0, 0, Packet.Kind.DATA, false, false, named(new AmfValue.Text("Lavf60.16.100")));
        publisher.configs().live(0, 120, 33, 60).ends();
        tape.publisher().configs().live(0, 120, 33, 60).ends();
        List<StreamEntry> entries = new ArrayList<>();
        StreamFold fold = new StreamFold("live/show");
        for (Tape.Entry entry : tape.entries()) {
            fold = StreamFold.resume("live/show", ByteBuffer.wrap(fold.toBytes()));
            entries.addAll(fold.fold(entry.offset(), entry.record()).entries());
        }
        assertThat(entries).filteredOn(entry -> entry.session().number() == publisher.session)
                .extracting(each -> each.session().encoder().client()).isNotEmpty().containsOnly("Lavf60.16.100");
        assertThat(entries).filteredOn(entry -> entry.session().number() != publisher.session)
                .as("a session without metadata has flashVer").extracting(each -> each.session().encoder().client())
                .isNotEmpty()
                .containsOnly("test");
    }

    private static ByteBuffer named(AmfValue encoder) {
        var fields = new LinkedHashMap<String, AmfValue>();
        fields.put("encoder", encoder);
        ByteWriter body = new ByteWriter();
        new Amf0Writer(body).value(new AmfValue.Text("onMetaData")).value(new AmfValue.EcmaArray(fields));
        return body.view();
    }
}
