package io.millrace.testkit.oracle;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Checks the promises for one stream. */
final class StreamOracle {
    /** The grace period of all streams. */
    private static final int GRACE_MS = 8_000;

    private final String stream;
    private final ReferenceStream reference = new ReferenceStream();
    private final SegmentOracle segments;
    private final ViewerOracle viewers;
    private final boolean isCut;
    private final Set<Long> sent = new HashSet<>();
    private final Set<Long> logged = new HashSet<>();
    private final Set<Long> shown = new HashSet<>();
    private final Set<Long> noticed = new HashSet<>();
    /** Sessions that a notice has declared over. */
    private final Set<Long> over = new HashSet<>();
    private final Map<Integer, Long> lastShown = new HashMap<>();
    /** The reference's verdict on the newest packet in the log. */
    private ReferenceStream.Fate fate;
    private boolean epochRuns;
    private long shownEpoch = ReferenceStream.NONE;
    private long shownSession = ReferenceStream.NONE;
    private long shownSeq = ReferenceStream.NONE;

    /** @param isCut whether the history contains segments */
    StreamOracle(String stream, boolean isCut) {
        this.isCut = isCut;
        this.stream = stream;
        this.segments = new SegmentOracle(stream);
        this.viewers = new ViewerOracle(stream);
    }

    Optional<Violation> watch(Fact fact) {
        return switch (fact) {
            case Fact.Sent it -> {
                sent.add(it.packet());
                yield Optional.empty();
            }
            case Fact.Resumed it -> {
                segments.resumed(it);
                yield Optional.empty();
            }
            case Fact.Acknowledged it -> acknowledged(it.packet());
            case Fact.Logged it -> logged(it.offset(), it.entry());
            case Fact.Noticed it -> {
                noticed.add(it.session());
                if (it.state().equals("OVER")) {
                    over.add(it.session());
                }
                yield Optional.empty();
            }
            case Fact.GraceWas it -> check(it.ms() >= GRACE_MS || it.session() != reference.session()
                    || reference.state() != ReferenceStream.State.GRACE, Promise.GRACE_IS_KEPT,
                    () -> "session " + it.session()
                            + " is over after a grace period of " + it.ms() + " ms");
            case Fact.Forgotten it -> forgotten(it.session());
            case Fact.EpochBegan it -> epochBegan(it.epoch());
            case Fact.EpochOver it -> epochOver(it.epoch());
            case Fact.Note _,Fact.ProcessFailed _,Fact.Position _ -> Optional.empty();
            case Fact.Damaged it -> {
                viewers.damaged(it);
                yield Optional.empty();
            }
            case Fact.Shown it -> shown(it);
            case Fact.Hidden it -> hidden(it);
            case Fact.Replaced it -> replaced(it);
            case Fact.StillSending it -> check(shown.contains(it.packet()), Promise.ENCODER_IS_SHOWN_OR_DISCONNECTED,
                    () -> "connection " + it.connection() + " is connected and sends, and is not shown");
            case Fact.HealthySuspected it -> broken(Promise.NO_HEALTHY_SESSION_SUSPECTED, "session " + it.session()
                    + " is ended by suspicion, and its node " + it.node() + " runs");
            case Fact.Asked it -> segments.asked(it);
            case Fact.Cut it -> {
                viewers.cut(it);
                yield segments.cut(it);
            }
            case Fact.Muxed it -> viewers.muxed(it);
            case Fact.Indexed it -> {
                viewers.indexed(it);
                yield Optional.empty();
            }
            case Fact.Rules it -> {
                viewers.rules(it);
                yield Optional.empty();
            }
            case Fact.Playlist it -> viewers.playlist(it);
            case Fact.AsOf it -> viewers.asOf(it);
            case Fact.Variants it -> viewers.variants(it);
            case Fact.Init it -> viewers.init(it);
            case Fact.Served it -> viewers.served(it);
            case Fact.CutsEnded it -> segments.ended(it);
            case Fact.Listed it -> {
                segments.listed(it);
                yield Optional.empty();
            }
            case Fact.Unlisted it -> {
                segments.unlisted(it);
                yield Optional.empty();
            }
            case Fact.Watching it -> {
                viewers.watching(it);
                yield Optional.empty();
            }
            case Fact.AllAway _ -> allAway().or(() -> isCut ? segments.allAway() : Optional.empty())
                    .or(viewers::allAway);
        };
    }

    private Optional<Violation> acknowledged(long packet) {
        return check(logged.contains(packet), Promise.ACKNOWLEDGED_IS_LOGGED,
                () -> "packet " + packet + " was acknowledged and is not in the log");
    }

    private Optional<Violation> logged(long offset, Fact.Entry entry) {
        switch (entry) {
            case Fact.Claim it -> reference.claimed(offset, it.connection());
            case Fact.Tracks it -> reference.tracks(it.session(), it.tracks());
            case Fact.Media it -> {
                fate = reference.media(it.session(), it.seq());
                logged.add(it.packet());
            }
            case Fact.End it -> reference.ended(it.session(), it.suspected());
            case Fact.GraceOver it -> {
                reference.graceOver(it.session());
                return check(over.contains(it.session()), Promise.NO_LIVE_SESSION_FORGOTTEN,
                        () -> "session " + it.session() + " is over, and its node was not told");
            }
        }
        return Optional.empty();
    }

    private Optional<Violation> forgotten(long session) {
        noticed.remove(session);
        return check(!reference.counts(session), Promise.NO_LIVE_SESSION_FORGOTTEN,
                () -> "the topic sessions forgets session " + session + ", which "
                        + (session == reference.session() ? "is " + reference.state() : "may still take over"));
    }

    private Optional<Violation> replaced(Fact.Replaced it) {
        long session = reference.sessionOf(it.connection());
        return check(!reference.counts(session) || reference.isReplaced(it.connection()),
                Promise.NO_LIVE_SESSION_FORGOTTEN,
                () -> "connection " + it.connection() + " with session " + session + " is disconnected (" + it.why()
                        + "), and no greater session has sent a packet");
    }

    private Optional<Violation> epochBegan(long epoch) {
        boolean rises = epoch > shownEpoch;
        shownEpoch = epoch;
        epochRuns = true;
        return check(rises, Promise.NUMBERS_RISE, () -> "epoch " + epoch + " begins");
    }

    private Optional<Violation> epochOver(long epoch) {
        epochRuns = false;
        boolean isOver = !reference.isRunning() || reference.epoch() > epoch;
        return check(epoch == shownEpoch && isOver, Promise.EVERY_EPOCH_ENDS,
                () -> "epoch " + epoch + " ends too early, its session is " + reference.state());
    }

    private Optional<Violation> shown(Fact.Shown it) {
        segments.shown(it, reference);
        viewers.shown(it);
        boolean rises = it.session() > shownSession || it.session() == shownSession && it.seq() > shownSeq;
        rises &= it.epoch() == shownEpoch && it.epoch() <= it.session();
        shownSession = it.session();
        shownSeq = it.seq();
        if (!rises) {
            return broken(Promise.NUMBERS_RISE, "packet " + it.seq() + " of session " + it.session() + " in epoch "
                    + it.epoch() + " is shown after greater ones");
        }
        if (fate == ReferenceStream.Fate.SHOWN && it.epoch() < reference.epoch() && reference.beganByTracks()) {
            return broken(Promise.EPOCHS_HAVE_ONE_TRACK_SET,
                    "session " + it.session() + " is shown in epoch " + it.epoch()
                            + ", and its tracks begin epoch " + reference.epoch());
        }
        if (fate != ReferenceStream.Fate.SHOWN || it.epoch() != reference.epoch()
                || it.session() != reference.session()) {
            return broken(Promise.LOGGED_IS_SHOWN, "offset " + it.offset() + " is shown in epoch " + it.epoch()
                    + ", and must be " + fate + " in epoch " + reference.epoch());
        }
        if (!reference.allows(it.codec())) {
            return broken(Promise.EPOCHS_HAVE_ONE_TRACK_SET, "epoch " + it.epoch() + " shows " + it.codec());
        }
        return it.packet() == Fact.UNNUMBERED ? Optional.empty() : wasSent(it);
    }

    private Optional<Violation> wasSent(Fact.Shown it) {
        Long before = lastShown.put(Fact.connectionOf(it.packet()), it.packet());
        boolean isNew = shown.add(it.packet());
        return check(sent.contains(it.packet()) && isNew && (before == null || before < it.packet()),
                Promise.SHOWN_WAS_SENT, () -> "packet " + it.packet() + " is shown and was not sent, or not now");
    }

    private Optional<Violation> hidden(Fact.Hidden it) {
        return check(fate != ReferenceStream.Fate.SHOWN, Promise.LOGGED_IS_SHOWN,
                () -> "offset " + it.offset() + " is in the log and not shown (" + it.why() + ")");
    }

    private Optional<Violation> allAway() {
        if (reference.isRunning() || epochRuns) {
            return broken(Promise.EVERY_EPOCH_ENDS, "epoch " + shownEpoch + " goes on with session "
                    + reference.session() + ", which is " + reference.state());
        }
        return check(noticed.isEmpty(), Promise.EVERY_EPOCH_ENDS,
                () -> "sessions " + noticed + " are still remembered");
    }

    /** @param otherwise says what is wrong; it is not called if the promise holds */
    private Optional<Violation> check(boolean holds, Promise promise, Supplier<String> otherwise) {
        return holds ? Optional.empty() : broken(promise, otherwise.get());
    }

    private Optional<Violation> broken(Promise promise, String words) {
        return Optional.of(new Violation(promise, stream, words));
    }
}
