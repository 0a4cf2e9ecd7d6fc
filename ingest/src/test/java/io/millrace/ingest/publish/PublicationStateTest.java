package io.millrace.ingest.publish;

import io.millrace.ingest.publish.PublicationCommand.AnnounceFailed;
import io.millrace.ingest.publish.PublicationCommand.Announced;
import io.millrace.ingest.publish.PublicationCommand.ClaimFailed;
import io.millrace.ingest.publish.PublicationCommand.Claimed;
import io.millrace.ingest.publish.PublicationCommand.End;
import io.millrace.ingest.publish.PublicationCommand.EndFailed;
import io.millrace.ingest.publish.PublicationCommand.EndNoted;
import io.millrace.ingest.publish.PublicationCommand.EndWritten;
import io.millrace.ingest.publish.PublicationCommand.FirstPacketWritten;
import io.millrace.ingest.publish.PublicationCommand.HeartbeatDone;
import io.millrace.ingest.publish.PublicationCommand.HeartbeatDue;
import io.millrace.ingest.publish.PublicationCommand.NoticeRead;
import io.millrace.ingest.publish.PublicationCommand.PacketLost;
import io.millrace.ingest.publish.PublicationCommand.TombstoneRead;
import io.millrace.ingest.publish.PublicationCommand.TracksChanged;
import io.millrace.ingest.publish.PublicationState.State;
import io.millrace.ingest.publish.PublicationStep.Accept;
import io.millrace.ingest.publish.PublicationStep.Announce;
import io.millrace.ingest.publish.PublicationStep.Begin;
import io.millrace.ingest.publish.PublicationStep.ClaimAgain;
import io.millrace.ingest.publish.PublicationStep.ClaimForTracks;
import io.millrace.ingest.publish.PublicationStep.Disconnect;
import io.millrace.ingest.publish.PublicationStep.EndFormer;
import io.millrace.ingest.publish.PublicationStep.Finish;
import io.millrace.ingest.publish.PublicationStep.Heartbeat;
import io.millrace.ingest.publish.PublicationStep.Note;
import io.millrace.ingest.publish.PublicationStep.NoteEnd;
import io.millrace.ingest.publish.PublicationStep.RefuseClaim;
import io.millrace.ingest.publish.PublicationStep.WriteEnd;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.publish.PublishSink;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class PublicationStateTest {
    private static final long SESSION = 40;
    private static final long NEWER = 50;
    private static final PublicationEnd LEFT = PublicationEnd.encoderGone(PublishSink.End.UNPUBLISHED, "left");

    private final PublicationState state = new PublicationState();

    /** Brings a new publication to {@code to}, the shortest way. */
    private static PublicationState at(State to) {
        PublicationState state = new PublicationState();
        List<PublicationCommand> way = switch (to) {
            case CLAIMING -> List.of();
            case ANNOUNCING -> List.of(new Claimed(SESSION));
            case CLAIMED -> List.of(new Claimed(SESSION), new Announced(SESSION));
            case LIVE -> List.of(new Claimed(SESSION), new Announced(SESSION), new FirstPacketWritten(SESSION));
            case ENDING ->
                List.of(new Claimed(SESSION), new Announced(SESSION), new FirstPacketWritten(SESSION), new End(LEFT));
            case ENDED -> List.of(new Claimed(SESSION), new End(LEFT), new EndFailed());
        };
        way.forEach(state::apply);
        assertThat(state.state()).isEqualTo(to);
        return state;
    }

    @Test
    void acceptsEncoderWhenClaimAndNoticeAreInLog() {
        assertThat(state.hasSession()).isFalse();
        assertThat(state.apply(new Claimed(SESSION))).containsExactly(new Announce(SESSION));
        assertThat(state.state()).isEqualTo(State.ANNOUNCING);
        assertThat(state.apply(new Announced(SESSION - 1))).isEmpty();
        assertThat(state.apply(new Announced(SESSION))).containsExactly(new Begin(SESSION), new Accept());
        assertThat(state.state()).isEqualTo(State.CLAIMED);
        assertThat(state.hasSession()).isTrue();
        assertThat(state.session()).isEqualTo(SESSION);
    }

    @Test
    void refusesEncoderIfClaimFails() {
        assertThat(state.apply(new ClaimFailed("no leader"))).containsExactly(
                new Disconnect(PublicationEnd.claimFailed()), new RefuseClaim("no leader"), new Finish());
        assertThat(state.state()).isEqualTo(State.ENDED);
    }

    /** Packets of a session that no owner knows would keep its epoch open for ever. */
    @Test
    void refusesEncoderIfNoticeOfClaimFails() {
        PublicationEnd end = PublicationEnd.claimFailed();
        PublicationState announcing = at(State.ANNOUNCING);
        assertThat(announcing.apply(new AnnounceFailed(SESSION, "no leader"))).containsExactly(
                new RefuseClaim("no leader"), new WriteEnd(SESSION, end), new Disconnect(end), new Accept());
        assertThat(announcing.state()).isEqualTo(State.ENDING);
    }

    @Test
    void becomesLiveWithFirstPacket() {
        PublicationState claimed = at(State.CLAIMED);
        assertThat(claimed.apply(new FirstPacketWritten(SESSION)))
                .containsExactly(new Note(SESSION, SessionNotice.State.LIVE));
        assertThat(claimed.state()).isEqualTo(State.LIVE);
    }

    @Test
    void ignoresFirstPacketOfAnotherSession() {
        PublicationState claimed = at(State.CLAIMED);
        assertThat(claimed.apply(new FirstPacketWritten(SESSION - 1))).isEmpty();
        assertThat(claimed.state()).isEqualTo(State.CLAIMED);
    }

    @Test
    void heartbeatHasCurrentStateAndOneIsPending() {
        PublicationState claimed = at(State.CLAIMED);
        assertThat(claimed.apply(new HeartbeatDue()))
                .containsExactly(new Heartbeat(SESSION, SessionNotice.State.CLAIMED));
        assertThat(claimed.apply(new HeartbeatDue())).isEmpty();
        claimed.apply(new FirstPacketWritten(SESSION));
        assertThat(claimed.apply(new HeartbeatDone())).isEmpty();
        assertThat(claimed.apply(new HeartbeatDue())).containsExactly(new Heartbeat(SESSION, SessionNotice.State.LIVE));
    }

    @ParameterizedTest
    @EnumSource(names = {"CLAIMING", "ENDING", "ENDED"})
    void sendsNoHeartbeatWithoutSession(State without) {
        assertThat(at(without).apply(new HeartbeatDue())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"ANNOUNCING", "CLAIMED", "LIVE"})
    void claimsAgainIfSessionIsOver(State from) {
        PublicationState running = at(from);
        assertThat(running.apply(new NoticeRead(SESSION, SessionNotice.State.OVER)))
                .containsExactly(new ClaimAgain(SESSION, SESSION));
        assertThat(running.state()).isEqualTo(State.CLAIMING);
        assertThat(running.apply(new Claimed(NEWER))).containsExactly(new Announce(NEWER));
        assertThat(running.apply(new Announced(NEWER))).containsExactly(new Begin(NEWER), new Accept());
        assertThat(running.session()).isEqualTo(NEWER);
    }

    /** The former session is ended when the next one has begun, so that the encoder never seems to be away. */
    @ParameterizedTest
    @EnumSource(names = {"CLAIMED", "LIVE"})
    void claimsAgainIfTracksChange(State from) {
        PublicationState running = at(from);
        assertThat(running.apply(new TracksChanged())).containsExactly(new ClaimForTracks(SESSION));
        assertThat(running.state()).isEqualTo(State.CLAIMING);
        assertThat(running.apply(new TracksChanged())).isEmpty();
        assertThat(running.apply(new Claimed(NEWER))).containsExactly(new Announce(NEWER));
        assertThat(running.apply(new Announced(NEWER))).containsExactly(new Begin(NEWER), new EndFormer(SESSION),
                new Accept());
        running.apply(new NoticeRead(SESSION, SessionNotice.State.OVER));
        assertThat(running.state()).isEqualTo(State.CLAIMED);
        assertThat(running.apply(new End(LEFT))).containsExactly(new WriteEnd(NEWER, LEFT), new Disconnect(LEFT));
    }

    @Test
    void endsFormerSessionToo() {
        PublicationState claiming = at(State.LIVE);
        claiming.apply(new TracksChanged());
        assertThat(claiming.apply(new End(LEFT))).containsExactly(new EndFormer(SESSION), new Disconnect(LEFT));
        assertThat(claiming.apply(new Claimed(NEWER))).containsExactly(new WriteEnd(NEWER, LEFT), new Accept());
        PublicationState failing = at(State.LIVE);
        failing.apply(new TracksChanged());
        assertThat(failing.apply(new ClaimFailed("x"))).startsWith(new EndFormer(SESSION));
        PublicationState announcing = at(State.LIVE);
        announcing.apply(new TracksChanged());
        announcing.apply(new Claimed(NEWER));
        assertThat(announcing.apply(new AnnounceFailed(NEWER, "x"))).contains(new EndFormer(SESSION));
    }

    /** Its node may have died between its first packet, which took over, and the notice that it was live. */
    @Test
    void claimsAgainIfGreaterClaimIsOver() {
        PublicationState live = at(State.LIVE);
        assertThat(live.apply(new NoticeRead(NEWER, SessionNotice.State.CLAIMED))).isEmpty();
        assertThat(live.apply(new NoticeRead(NEWER, SessionNotice.State.OVER)))
                .containsExactly(new ClaimAgain(SESSION, NEWER));
    }

    /** The node cannot know which of the two encoders its user wants, and the newer one has packets in the log. */
    @Test
    void takeoverDuringRepeatedClaimEndsPublication() {
        PublicationState again = at(State.LIVE);
        again.apply(new NoticeRead(SESSION, SessionNotice.State.OVER));
        assertThat(again.apply(new NoticeRead(NEWER, SessionNotice.State.LIVE))).isEmpty();
        PublicationEnd end = PublicationEnd.takenOver(NEWER);
        assertThat(again.apply(new Claimed(60))).containsExactly(new WriteEnd(60, end), new Disconnect(end),
                new Accept());
        assertThat(again.state()).isEqualTo(State.ENDING);
    }

    @ParameterizedTest
    @EnumSource(value = SessionNotice.State.class, names = {"CLAIMED", "ENDED"})
    void ignoresNoticesThatChangeNothing(SessionNotice.State noted) {
        PublicationState live = at(State.LIVE);
        assertThat(live.apply(new NoticeRead(SESSION, noted))).isEmpty();
        assertThat(live.apply(new NoticeRead(NEWER, noted))).isEmpty();
        assertThat(live.apply(new NoticeRead(SESSION - 1, SessionNotice.State.LIVE))).isEmpty();
        assertThat(live.apply(new NoticeRead(SESSION - 1, SessionNotice.State.OVER))).isEmpty();
        assertThat(live.state()).isEqualTo(State.LIVE);
    }

    static Stream<Arguments> endings() {
        return Stream.of(
                arguments(new End(LEFT), LEFT),
                arguments(new End(PublicationEnd.shutdown()), PublicationEnd.shutdown()),
                arguments(new End(PublicationEnd.diskFull()), PublicationEnd.diskFull()),
                arguments(new End(PublicationEnd.bitrate(100)), PublicationEnd.bitrate(100)),
                arguments(new End(PublicationEnd.malformed("x")), PublicationEnd.malformed("x")),
                arguments(new End(PublicationEnd.internalError("x")), PublicationEnd.internalError("x")),
                arguments(new PacketLost(SESSION, "timeout"), PublicationEnd.packetLost("timeout")),
                arguments(new TombstoneRead(SESSION), PublicationEnd.forgotten()),
                arguments(new NoticeRead(NEWER, SessionNotice.State.LIVE), PublicationEnd.takenOver(NEWER)));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void writesAndNotesEveryEndOnce(PublicationCommand command, PublicationEnd end) {
        for (State from : List.of(State.ANNOUNCING, State.CLAIMED, State.LIVE)) {
            PublicationState running = at(from);
            var steps = new ArrayList<PublicationStep>(List.of(new WriteEnd(SESSION, end), new Disconnect(end)));
            if (from == State.ANNOUNCING) {
                // Its encoder still waits for an answer.
                steps.add(new Accept());
            }
            assertThat(running.apply(command)).containsExactlyElementsOf(steps);
            assertThat(running.state()).isEqualTo(State.ENDING);
            assertThat(running.apply(new EndWritten())).containsExactly(new NoteEnd(SESSION));
            assertThat(running.apply(new EndNoted())).containsExactly(new Finish());
            assertThat(running.state()).isEqualTo(State.ENDED);
        }
    }

    @Test
    void finishesWithoutNoticeIfEndCannotBeWritten() {
        assertThat(at(State.ENDING).apply(new EndFailed())).containsExactly(new Finish());
    }

    @Test
    void writesEndDuringClaimOnceClaimHasNumber() {
        assertThat(state.apply(new End(PublicationEnd.shutdown())))
                .containsExactly(new Disconnect(PublicationEnd.shutdown()));
        assertThat(state.apply(new Claimed(SESSION)))
                .containsExactly(new WriteEnd(SESSION, PublicationEnd.shutdown()), new Accept());
        assertThat(state.apply(new EndWritten())).containsExactly(new NoteEnd(SESSION));
    }

    @Test
    void writesNoEndIfClaimFails() {
        state.apply(new End(LEFT));
        assertThat(state.apply(new ClaimFailed("x"))).containsExactly(new RefuseClaim("x"), new Finish());
    }

    @ParameterizedTest
    @MethodSource("endings")
    void onlyFirstEndCounts(PublicationCommand command, PublicationEnd ignored) {
        for (State from : List.of(State.ENDING, State.ENDED)) {
            PublicationState over = at(from);
            assertThat(over.isOver()).isTrue();
            assertThat(over.apply(command)).isEmpty();
            assertThat(over.state()).isEqualTo(from);
        }
    }

    @Test
    void ignoresCommandsAfterEnd() {
        PublicationState ended = at(State.ENDED);
        for (PublicationCommand late : List.of(new Claimed(NEWER), new ClaimFailed("x"), new HeartbeatDue(),
                new HeartbeatDone(), new NoticeRead(SESSION, SessionNotice.State.OVER), new EndWritten(),
                new EndFailed(),
                new EndNoted())) {
            assertThat(ended.apply(late)).as("%s", late).isEmpty();
        }
        assertThat(ended.session()).isEqualTo(SESSION);
    }

    /** The only exception: an older publisher on another node has to learn that it was taken over. */
    @Test
    void notesFirstPacketEvenAfterEnd() {
        for (State over : List.of(State.ENDING, State.ENDED)) {
            PublicationState state = at(over);
            assertThat(state.apply(new FirstPacketWritten(SESSION)))
                    .containsExactly(new Note(SESSION, SessionNotice.State.LIVE));
            assertThat(state.state()).isEqualTo(over);
        }
    }

    @Test
    void secondClaimOfSessionIsBug() {
        assertThatThrownBy(() -> at(State.LIVE).apply(new Claimed(NEWER))).isInstanceOf(IllegalStateException.class);
    }

    /** Any commands in any order take the listed transitions, all of them, and no others. */
    @Test
    void takesExactlyListedTransitions() {
        Map<State, Set<State>> taken = new EnumMap<>(State.class);
        for (State from : State.values()) {
            taken.put(from, EnumSet.noneOf(State.class));
        }
        var random = new Random(1);
        for (int round = 0; round < 2_000; round++) {
            var any = new PublicationState();
            long ends = 0;
            for (int i = 0; i < 20; i++) {
                State before = any.state();
                List<PublicationStep> steps = any.apply(command(random, before));
                ends += steps.stream().filter(WriteEnd.class::isInstance).count();
                if (any.state() != before) {
                    taken.get(before).add(any.state());
                }
            }
            assertThat(ends).isLessThanOrEqualTo(1);
        }
        for (State from : State.values()) {
            assertThat(taken.get(from)).as("from %s", from).isEqualTo(from.next());
        }
    }

    private static PublicationCommand command(Random random, State state) {
        List<PublicationCommand> possible = new ArrayList<>(List.of(new FirstPacketWritten(SESSION), new End(LEFT),
                new PacketLost(SESSION, "x"), new HeartbeatDue(), new HeartbeatDone(), new TombstoneRead(SESSION),
                new TracksChanged(),
                new NoticeRead(SESSION, SessionNotice.State.OVER), new NoticeRead(SESSION, SessionNotice.State.LIVE)));
        if (state == State.CLAIMING) {
            possible.addAll(List.of(new Claimed(SESSION), new ClaimFailed("x")));
        } else if (state == State.ANNOUNCING) {
            possible.addAll(List.of(new Announced(SESSION), new AnnounceFailed(SESSION, "x")));
        } else if (state == State.ENDING) {
            possible.addAll(List.of(new EndWritten(), new EndFailed(), new EndNoted()));
        }
        return possible.get(random.nextInt(possible.size()));
    }

    @ParameterizedTest
    @EnumSource(PublishSink.End.class)
    void encoderThatLeavesIsNotClosed(PublishSink.End end) {
        PublicationEnd gone = PublicationEnd.encoderGone(end, "");
        assertThat(gone.cause()).isNull();
        assertThat(gone.reason()).isEqualTo(SessionEnded.Reason.valueOf(end.name()));
    }
}
