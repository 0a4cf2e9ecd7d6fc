package io.millrace.edge.follow;

import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Records;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FollowedEpochTest {
    private static final long EPOCH = 17;

    @Test
    void listsNothingAfterEndlist() {
        StreamEntry ended = Records.entry("live/show", EPOCH, StreamEntry.State.ENDED, Records.TRACKS, 0, 3);
        FollowedEpoch epoch = new FollowedEpoch(ended, Format.TS, Watch.unread());
        epoch.fillTo(0);
        epoch.filled(new IndexStretch(List.of(), true));
        long offset = 0;
        for (long segment = 0; segment < 3; segment++) {
            for (IndexEntry part : Records.segment(EPOCH, segment)) {
                epoch.next(offset++, part);
            }
        }
        epoch.endIfLate(System.currentTimeMillis() + 3_600_000);
        String text = text(epoch);
        for (IndexEntry part : Records.segment(EPOCH, 3)) {
            epoch.next(offset++, part);
        }
        assertThat(text).contains("#EXT-X-ENDLIST");
        assertThat(text(epoch)).isEqualTo(text);
    }

    private static String text(FollowedEpoch epoch) {
        return new String(epoch.watch().view().media().plain(), StandardCharsets.UTF_8);
    }
}
