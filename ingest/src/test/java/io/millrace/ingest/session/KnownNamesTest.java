package io.millrace.ingest.session;

import io.millrace.ingest.session.KnownNames.Expired;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.platform.log.Withdrawal;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KnownNamesTest {
    private static final EpochRules RULES = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 30_000, 30_000,
            List.of(Format.TS));

    private final KnownNames known = new KnownNames();

    @Test
    void endedEpochExpiresWithItsLastPacket() {
        live(1);
        assertThat(known.expired(_ -> 1_000)).as("it continues").isEmpty();
        ended(1, 9);
        ended(20, 30);
        assertThat(known.expired(_ -> 9)).isEmpty();
        assertThat(known.expired(_ -> 0)).as("everything is retained").isEmpty();
        assertThat(known.expired(_ -> KnownNames.NOT_OWNED)).as("not an owner").isEmpty();
        assertThat(known.expired(_ -> 10)).containsExactly(new Expired("live/a", expiry(1, 1), List.of(1L), List.of()));
        known.onExpiry(expiry(1, 1));
        assertThat(known.expired(_ -> 10)).as("until the tombstone is read")
                .containsExactly(new Expired("live/a", null, List.of(1L), List.of()));
        known.onTombstone("live/a", 1);
        assertThat(known.expired(_ -> 10)).isEmpty();
        assertThat(known.expired(_ -> 31))
                .containsExactly(new Expired("live/a", expiry(1, 20), List.of(20L), List.of()));
    }

    @Test
    void withdrawalsExpireWithTheirEpoch() {
        ended(1, 9);
        ended(20, 30);
        var first = new Withdrawal("live/a", 1, new Withdrawal.Extent(0, 4, 1, 9, 0, 1), 2, "");
        var second = new Withdrawal("live/a", 20, new Withdrawal.Extent(0, 4, 20, 30, 0, 1), 2, "");
        known.onWithdrawal(first);
        known.onWithdrawal(second);
        assertThat(known.expired(_ -> 9)).isEmpty();
        assertThat(known.expired(_ -> 10)).containsExactly(
                new Expired("live/a", expiry(1, 1), List.of(1L), List.of(first.key())));
        known.onExpiry(expiry(1, 1));
        known.onTombstone("live/a", 1);
        assertThat(known.expired(_ -> 10)).as("until its tombstone is read, too")
                .containsExactly(new Expired("live/a", null, List.of(), List.of(first.key())));
        known.onRestored(first.key());
        assertThat(known.expired(_ -> 10)).isEmpty();
    }

    @Test
    void knowsTheGreatestNumberThatWasUsed() {
        assertThat(known.greatest("live/a")).isEqualTo(-1);
        ended(1, 9);
        assertThat(known.greatest("live/a")).as("the epoch's last offset").isEqualTo(9);
        long later = SessionStarted.number(1, 4);
        ended(later, 7);
        ended(20, 30);
        assertThat(known.greatest("live/a")).as("of the latest generation").isEqualTo(SessionStarted.number(1, 7));
        known.onTombstone("live/a", later);
        known.onTombstone("live/a", 20);
        known.onExpiry(expiry(1, later));
        assertThat(known.greatest("live/a")).as("has expired").isEqualTo(later);
    }

    @Test
    void countsOnlyEpochsThatAreInDirectory() {
        ended(1, 9);
        ended(20, 30);
        known.onTombstone("live/a", 1);
        known.onExpiry(expiry(1, 1));
        assertThat(known.has("live/a")).isTrue();
        known.onTombstone("live/a", 20);
        known.onTombstone("live/a", 20);
        assertThat(known.has("live/a")).isFalse();
        assertThat(known.size() + known.entries() + known.entriesOf("192.0.2.1")).isZero();
    }

    @Test
    void epochWithoutSegmentLeavesNothing() {
        known.onEntry(entry(1, StreamEntry.State.ENDED, 9, -1), 0);
        assertThat(known.expired(_ -> 10)).containsExactly(new Expired("live/a", null, List.of(1L), List.of()));
    }

    /** A frozen owner resumes and writes an outdated record after its successor has written newer ones. */
    @Test
    void repairsLateRecordOfReplacedOwner() {
        known.onExpiry(expiry(1, 20));
        known.onExpiry(expiry(1, 7));
        assertThat(known.expired(_ -> 10)).containsExactly(new Expired("live/a", expiry(1, 20), List.of(), List.of()));
        known.onExpiry(expiry(1, 20));
        assertThat(known.expired(_ -> 10)).isEmpty();
    }

    @Test
    void removesLateEntryOfExpiredEpoch() {
        known.onExpiry(expiry(1, 20));
        live(7);
        ended(30, 40);
        assertThat(known.expired(_ -> 10)).containsExactly(new Expired("live/a", null, List.of(7L), List.of()));
    }

    /** A segmenter has removed an epoch without a segment, and a replaced one writes its entry late. */
    @Test
    void removesLateEntryOfRemovedEpochThoughEverythingIsRetained() {
        known.onTombstone("live/a", 7);
        known.onEntry(entry(7, StreamEntry.State.LIVE, 9, -1), 0);
        assertThat(known.expired(_ -> 0)).containsExactly(new Expired("live/a", null, List.of(7L), List.of()));
        assertThat(known.expired(_ -> KnownNames.NOT_OWNED)).isEmpty();
    }

    @Test
    void forgetsStreamsThatEndedFirst() {
        ended(1, 9);
        known.onExpiry(new StreamExpiry("live/a", 0, 0, 1));
        for (int i = 2; i <= 5; i++) {
            known.onExpiry(new StreamExpiry("live/" + i, 0, 0, 100 - i));
        }
        assertThat(known.forgotten(4)).isEmpty();
        assertThat(known.forgotten(2)).as("of those without an epoch").containsExactly("live/5", "live/4");
        known.onExpiryGone("live/5");
        known.onExpiryGone("live/4");
        assertThat(known.forgotten(2)).isEmpty();
    }

    private void live(long epoch) {
        known.onEntry(entry(epoch, StreamEntry.State.LIVE, epoch, 0), 0);
    }

    private void ended(long epoch, long lastOffset) {
        known.onEntry(entry(epoch, StreamEntry.State.ENDED, lastOffset, 0), 0);
    }

    /** The epoch's times are its number. */
    @Test
    void ignoresOlderEntryUntilNewerIsRestored() {
        known.onEntry(entry(1, StreamEntry.State.ENDED, 200, 3), 40);
        known.onEntry(entry(1, StreamEntry.State.LIVE, 100, 0), 41);
        assertThat(known.overwritten()).containsExactly(new KnownNames.Overwritten("live/a", 1, 40));
        assertThat(known.expired(_ -> 201)).singleElement()
                .satisfies(it -> assertThat(it.epochs()).containsExactly(1L));
        known.onEntry(entry(1, StreamEntry.State.ENDED, 200, 3), 42);
        assertThat(known.overwritten()).isEmpty();
    }

    @Test
    void removesEntryThatFollowsTombstone() {
        known.onEntry(entry(1, StreamEntry.State.ENDED, 9, -1), 40);
        known.onTombstone("live/a", 1);
        known.onEntry(entry(1, StreamEntry.State.LIVE, 5, -1), 42);
        assertThat(known.expired(_ -> 1)).singleElement().satisfies(it -> assertThat(it.epochs()).containsExactly(1L));
        known.onTombstone("live/a", 1);
        assertThat(known.expired(_ -> 1)).isEmpty();
    }

    private static StreamEntry entry(long epoch, StreamEntry.State state, long lastOffset, long lastSegment) {
        return new StreamEntry("live/a", epoch, state, RULES, new StreamEntry.Span(epoch, lastOffset, epoch, epoch),
                new StreamEntry.NewestSession(epoch, epoch, 0, 0, new Encoder("node", "", "192.0.2.1:1"), List.of(),
                        List.of()),
                new StreamEntry.Playlist(2, lastSegment, 0), List.of());
    }

    private static StreamExpiry expiry(long firstEpoch, long lastEpoch) {
        return new StreamExpiry("live/a", firstEpoch, lastEpoch, lastEpoch);
    }
}
