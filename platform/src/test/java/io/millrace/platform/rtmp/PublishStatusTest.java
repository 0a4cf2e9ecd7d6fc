package io.millrace.platform.rtmp;

import io.millrace.platform.publish.PublishEnd;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class PublishStatusTest {
    /** Encoders act on these codes, and dashboards on these reasons. */
    @ParameterizedTest
    @CsvSource({"DENIED, REFUSED, NetStream.Publish.Denied", "NAME_IN_USE, REFUSED, NetStream.Publish.BadName",
        "OVER_LIMIT, REFUSED, NetStream.Publish.Rejected", "UNAVAILABLE, REFUSED, NetStream.Failed",
        "TAKEN_OVER, TAKEN_OVER, NetStream.Publish.BadName", "FORGOTTEN, TAKEN_OVER, NetStream.Failed",
        "CLAIM_FAILED, LOG, NetStream.Failed", "PACKET_LOST, LOG, NetStream.Failed",
        "DISK_FULL, DISK_FULL, NetStream.Publish.Rejected", "SHUTDOWN, SHUTDOWN, NetStream.Failed",
        "BITRATE, BITRATE, NetStream.Publish.Rejected", "MALFORMED, MALFORMED, NetStream.Failed",
        "INTERNAL_ERROR, INTERNAL_ERROR, NetStream.Failed"})
    void mapsEndToReasonAndCode(PublishEnd end, CloseReason reason, String code) {
        assertThat(PublishStatus.of(end)).isEqualTo(new PublishStatus(reason, code));
    }
}
