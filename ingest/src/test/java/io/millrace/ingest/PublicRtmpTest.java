package io.millrace.ingest;

import io.millrace.platform.log.IngestNode;
import io.millrace.platform.log.IngestNode.Address;
import io.millrace.platform.rtmp.RtmpListen;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PublicRtmpTest {
    private static final PublicRtmp HERE = new PublicRtmp.Listening(null);

    @Test
    void announcesBoundPorts() {
        assertThat(HERE.announced("n", 4711, RtmpListen.NONE, false, true))
                .isEqualTo(new IngestNode("n", new Address(null, 4711), null, true));
        assertThat(new PublicRtmp.Listening("h").announced("n", 4711, 4712, true, false))
                .isEqualTo(new IngestNode("n", new Address("h", 4711), new Address("h", 4712), false));
    }

    @Test
    void announcesSharedPortForBothProtocols() {
        assertThat(HERE.announced("n", 4711, RtmpListen.NONE, true, false))
                .isEqualTo(new IngestNode("n", new Address(null, 4711), new Address(null, 4711), false));
    }

    @Test
    void announcesOnlyConfiguredAddresses() {
        var told = new PublicRtmp.Configured(Optional.empty(), Optional.of(new Address("live.example.com", 443)));
        assertThat(told.announced("n", 4711, 4712, true, false))
                .isEqualTo(new IngestNode("n", null, new Address("live.example.com", 443), false));
    }
}
