package io.millrace.testkit.oracle;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.millrace.testkit.oracle.Broken.history;
import static org.assertj.core.api.Assertions.assertThat;

/** The oracle accepts a correct history, and names the promise that an incorrect one breaks. */
class OracleTest {
    private static final String STREAM = "live/show";

    static Stream<Broken> broken() {
        return Stream.of(
                new Broken("a node ends because of a record", Promise.NOTHING_STOPS_A_PROCESS,
                        List.of(new Fact.ProcessFailed("node 1", "NumberFormatException"))),
                new Broken("a position stays behind", Promise.POSITIONS_REACH_THE_ENDS,
                        List.of(new Fact.Position("packets", 0, 7, 7), new Fact.Position("index", 1, 6, 7))),
                new Broken("an acknowledged packet is lost", Promise.ACKNOWLEDGED_IS_LOGGED,
                        history(claim(0), sent(0), new Fact.Acknowledged(STREAM, packet(0)))),
                new Broken("a packet that counts is hidden", Promise.LOGGED_IS_SHOWN,
                        history(claim(0), sent(0), media(1, 0, 0), new Fact.Hidden(STREAM, 1, "unknown_session"))),
                new Broken("a packet of a lesser session is shown", Promise.LOGGED_IS_SHOWN,
                        history(live(0), claim(2), began(3, 2, 1), sent(1), media(4, 0, 1), shown(4, 0, 2, 1, 1))),
                new Broken("a packet is shown in the wrong epoch", Promise.LOGGED_IS_SHOWN,
                        history(claim(0), claim(1), sent(0), media(2, 1, 0), new Fact.EpochBegan(STREAM, 0),
                                shown(2, 0, 1, 0, 0))),
                new Broken("something is shown that nobody has sent", Promise.SHOWN_WAS_SENT,
                        history(claim(0), media(1, 0, 0), new Fact.EpochBegan(STREAM, 0), shown(1, 0, 0, 0, 0))),
                new Broken("a packet is shown twice", Promise.SHOWN_WAS_SENT,
                        history(live(0), media(2, 0, 1, 0), shown(2, 0, 0, 1, 0))),
                new Broken("a live session is forgotten", Promise.NO_LIVE_SESSION_FORGOTTEN,
                        history(live(0), new Fact.Forgotten(STREAM, 0))),
                new Broken("a session is forgotten during grace", Promise.NO_LIVE_SESSION_FORGOTTEN,
                        history(live(0), end(2, 0, false), new Fact.Forgotten(STREAM, 0))),
                new Broken("a claim is forgotten that may still take over", Promise.NO_LIVE_SESSION_FORGOTTEN,
                        history(claim(0), end(1, 0, true), new Fact.Forgotten(STREAM, 0))),
                new Broken("an encoder is replaced by a mere claim", Promise.NO_LIVE_SESSION_FORGOTTEN,
                        history(live(0), claim(2), new Fact.Replaced(STREAM, 0, "taken over"))),
                new Broken("a session is over and its node has not been told", Promise.NO_LIVE_SESSION_FORGOTTEN,
                        history(live(0), new Fact.Noticed(STREAM, 0, "LIVE"), graceOver(2, 0))),
                new Broken("an encoder is not shown and not told", Promise.ENCODER_IS_SHOWN_OR_DISCONNECTED,
                        history(live(0), over(2, 0), new Fact.EpochOver(STREAM, 0), sent(1), media(3, 0, 1),
                                new Fact.Hidden(STREAM, 3, "after_end"),
                                new Fact.StillSending(STREAM, 0, packet(1)))),
                new Broken("a session of a healthy node is suspected", Promise.NO_HEALTHY_SESSION_SUSPECTED,
                        history(live(0), end(2, 0, true), new Fact.HealthySuspected(STREAM, 0, 1))),
                new Broken("an epoch goes on though everybody is away", Promise.EVERY_EPOCH_ENDS,
                        history(live(0), end(2, 0, true), new Fact.AllAway(STREAM))),
                new Broken("an epoch goes on though its grace is over", Promise.EVERY_EPOCH_ENDS,
                        history(live(0), over(2, 0), new Fact.Forgotten(STREAM, 0), new Fact.AllAway(STREAM))),
                new Broken("an epoch ends during grace", Promise.EVERY_EPOCH_ENDS,
                        history(live(0), end(2, 0, false), new Fact.EpochOver(STREAM, 0))),
                new Broken("a grace period is cut short", Promise.GRACE_IS_KEPT,
                        history(live(0), end(2, 0, false), new Fact.GraceWas(STREAM, 0, 7_999))),
                new Broken("a session is never forgotten", Promise.EVERY_EPOCH_ENDS,
                        history(claim(0), new Fact.Noticed(STREAM, 0, "CLAIMED"), end(1, 0, false),
                                new Fact.AllAway(STREAM))),
                new Broken("an epoch goes on with other tracks", Promise.EPOCHS_HAVE_ONE_TRACK_SET,
                        history(claim(0), tracks(1, 0, "AAC"), new Fact.EpochBegan(STREAM, 0), claim(2),
                                tracks(3, 2, "AVC and AAC"), new Fact.Sent(STREAM, 2, other(2, 0)),
                                new Fact.Logged(STREAM, 4, new Fact.Media(2, 0, other(2, 0))),
                                shown(4, 0, 2, 0, other(2, 0)))),
                new Broken("a track is shown that the epoch does not have", Promise.EPOCHS_HAVE_ONE_TRACK_SET,
                        history(claim(0), tracks(1, 0, "AAC"), new Fact.EpochBegan(STREAM, 0), sent(0), media(2, 0, 0),
                                shown(2, 0, 0, 0, packet(0), "AVC"))),
                new Broken("an epoch begins again", Promise.NUMBERS_RISE,
                        history(live(0), new Fact.EpochBegan(STREAM, 0))),
                new Broken("packets are shown in another order", Promise.NUMBERS_RISE,
                        history(live(0), sent(1), media(2, 0, 1, 1), shown(2, 0, 0, 0, 1))));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void reportsBrokenPromise(Broken history) {
        history.assertReportedBy(new Oracle(false));
    }

    @Test
    void acceptsCorrectHistory() {
        Oracle oracle = new Oracle(false);
        history(live(0), new Fact.Noticed(STREAM, 0, "LIVE"), new Fact.Acknowledged(STREAM, packet(0)),
                // A greater session takes over; the packets of the lesser one are hidden, and its encoder is
                // disconnected.
                claim(2), began(3, 2, 1), sent(1), media(4, 0, 1), new Fact.Hidden(STREAM, 4, "lesser_session"),
                new Fact.GraceWas(STREAM, 0, 300),
                new Fact.Acknowledged(STREAM, packet(1)), new Fact.Replaced(STREAM, 0, "taken over"), end(5, 0, false),
                over(6, 0), new Fact.Forgotten(STREAM, 0),
                // The epoch ends by suspicion, and the next claim begins a new one.
                end(7, 2, true), over(8, 2), new Fact.EpochOver(STREAM, 0), new Fact.Forgotten(STREAM, 2),
                new Fact.AllAway(STREAM), claim(9), new Fact.EpochBegan(STREAM, 9),
                new Fact.Sent(STREAM, 9, other(9, 0)),
                new Fact.Logged(STREAM, 10, new Fact.Media(9, 0, other(9, 0))), shown(10, 9, 9, 0, other(9, 0)),
                new Fact.StillSending(STREAM, 9, other(9, 0))).forEach(oracle::watch);
        assertThat(oracle.violation()).isEmpty();
    }

    @Test
    void acceptsEpochOfOtherTracks() {
        Oracle oracle = new Oracle(false);
        history(claim(0), tracks(1, 0, "AAC"), new Fact.EpochBegan(STREAM, 0), sent(0), media(2, 0, 0),
                shown(2, 0, 0, 0, packet(0)), claim(3), tracks(4, 3, "AVC and AAC"), new Fact.EpochOver(STREAM, 0),
                new Fact.EpochBegan(STREAM, 3), new Fact.Sent(STREAM, 3, other(3, 0)),
                new Fact.Logged(STREAM, 5, new Fact.Media(3, 0, other(3, 0))), shown(5, 3, 3, 0, other(3, 0), "AVC"),
                claim(6), tracks(7, 6, "AVC and AAC"), new Fact.Sent(STREAM, 6, other(6, 0)),
                new Fact.Logged(STREAM, 8, new Fact.Media(6, 0, other(6, 0))), shown(8, 3, 6, 0, other(6, 0), "AVC"))
                .forEach(oracle::watch);
        assertThat(oracle.violation()).isEmpty();
    }

    /** Connection 0 claims at {@code session}, and its packet 0 begins an epoch. */
    private static List<Fact> live(long session) {
        return history(claim(session), sent(0), media(session + 1, session, 0), new Fact.EpochBegan(STREAM, session),
                shown(session + 1, session, session, 0, packet(0)));
    }

    /** A packet of connection {@code connection} takes over within epoch 0. */
    private static List<Fact> began(long offset, long session, int connection) {
        long packet = other(connection, 0);
        return history(new Fact.Sent(STREAM, connection, packet),
                new Fact.Logged(STREAM, offset, new Fact.Media(session, 0, packet)),
                shown(offset, 0, session, 0, packet));
    }

    private static Fact claim(long offset) {
        return new Fact.Logged(STREAM, offset, new Fact.Claim((int) offset));
    }

    private static Fact sent(int n) {
        return new Fact.Sent(STREAM, 0, packet(n));
    }

    private static Fact media(long offset, long session, int n) {
        return media(offset, session, n, n);
    }

    private static Fact media(long offset, long session, long seq, int n) {
        return new Fact.Logged(STREAM, offset, new Fact.Media(session, seq, packet(n)));
    }

    private static Fact end(long offset, long session, boolean suspected) {
        return new Fact.Logged(STREAM, offset, new Fact.End(session, suspected));
    }

    private static List<Fact> over(long offset, long session) {
        return List.of(new Fact.Noticed(STREAM, session, "OVER"), graceOver(offset, session));
    }

    private static Fact graceOver(long offset, long session) {
        return new Fact.Logged(STREAM, offset, new Fact.GraceOver(session));
    }

    private static Fact shown(long offset, long epoch, long session, long seq, long packet) {
        return shown(offset, epoch, session, seq, packet, "AAC");
    }

    private static Fact shown(long offset, long epoch, long session, long seq, long packet, String codec) {
        return new Fact.Shown(STREAM, offset, epoch, session, seq, packet, codec);
    }

    private static Fact tracks(long offset, long session, String tracks) {
        return new Fact.Logged(STREAM, offset, new Fact.Tracks(session, tracks));
    }

    private static long packet(int n) {
        return Fact.packet(0, n);
    }

    private static long other(int connection, int n) {
        return Fact.packet(connection, n);
    }
}
