package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The directory entry of one epoch. Updates the entry as the epoch proceeds, and returns it whenever it has changed.
 */
final class Directory {
    /** The bitrate, and the duration and size in the entry, are updated after this much media. */
    private static final long REFRESH_TICKS = 10L * 90_000;
    /** Upper bound on the sessions that the entry lists. Beyond it, the oldest session is removed. */
    static final int SESSIONS_LIMIT = 256;
    /** A warning is removed from the entry when its cause has not been observed for this much media. */
    private static final long GONE_TICKS = 60L * 90_000;

    private final String stream;
    private final long epoch;
    private final EpochRules rules;
    /** Offset in {@code packets} of the record that began the epoch. */
    private final long firstOffset;
    /** Start of the epoch, ms since 1970. */
    private final long startedAtMs;
    private StreamEntry.State state = StreamEntry.State.LIVE;
    /** Number, claim, and offset in {@code packets} of the newest session. */
    private long session;
    private SessionStarted started;
    private long sessionOffset;
    /** Whether {@link #timestampOffsetMs} is that of the newest session. */
    private boolean offsetKnown;
    private long timestampOffsetMs;
    /** When the newest session ended, ms since 1970; 0 while it is live. */
    private long endedAtMs;
    /** Seconds; 0 until {@link #setTargets}. */
    private int targetDurationS;
    /** PART-TARGET, 90 kHz; 0 until {@link #setTargets}. */
    private long partTargetTicks;
    private long lastSegment = -1;
    /** Bits per second; 0 until it is known. */
    private long bitrate;
    private List<Track> tracks = List.of();
    private final List<StreamEntry.Session> sessions = new ArrayList<>();
    /** The newest session's warnings, oldest first. */
    private final Map<StreamWarning, Trouble> troubles = new LinkedHashMap<>();
    /** Duration of the newest session's cuts, 90 kHz. */
    private long sessionTicks;
    /** Duration and body bytes of the cuts since the bitrate was last computed, in all tracks. */
    private long windowTicks;
    private long windowBytes;
    /** The part of {@link #windowBytes} in messages with a default track, which the declared bitrate describes. */
    private long windowDefaultBytes;
    /** Bitrate that the newest session's metadata declares, in bits per second; 0 if it declares none. */
    private long declaredBitrate;
    /** Whether the entry has changed since {@link #takeChanged} last returned it. */
    private boolean dirty;

    /**
     * A warning of the newest session.
     *
     * @param message text of the last occurrence
     * @param seenTicks media time of the last occurrence, see {@link #sessionTicks}
     * @param gone whether the cause has not been observed for so long that the entry no longer contains the warning
     */
    private record Trouble(String message, long seenTicks, boolean gone) {}

    Directory(String stream, long epoch, EpochRules rules, long firstOffset, long startedAtMs) {
        this.stream = stream;
        this.epoch = epoch;
        this.rules = rules;
        this.firstOffset = firstOffset;
        this.startedAtMs = startedAtMs;
    }

    /**
     * Begins session {@code number}, which has the claim {@code claim} at {@code offset}. Ends the previous session.
     */
    void beginSession(long number, SessionStarted claim, long offset) {
        endSession(claim.startedAtMs());
        state = StreamEntry.State.LIVE;
        session = number;
        started = claim;
        sessionOffset = offset;
        offsetKnown = false;
        endedAtMs = 0;
        sessionTicks = 0;
        declaredBitrate = 0;
        windowTicks = 0;
        windowBytes = 0;
        windowDefaultBytes = 0;
        troubles.clear();
        if (sessions.size() == SESSIONS_LIMIT) {
            sessions.removeFirst();
        }
        sessions.add(new StreamEntry.Session(number, claim.startedAtMs(), 0, 0, 0, List.of()));
        dirty = true;
    }

    private void endSession(long atMs) {
        if (!sessions.isEmpty() && sessions.getLast().endedAtMs() == 0) {
            sessions.add(sessions.removeLast().withEnd(atMs));
        }
    }

    /**
     * Handles the start of a line of timestamps. The first line of a session determines the session's timestamp offset.
     */
    void beginLine(long offsetMs) {
        if (!offsetKnown) {
            offsetKnown = true;
            timestampOffsetMs = offsetMs;
        }
    }

    /** Handles the end of the newest session, which begins the grace period. */
    void beginGrace(long atMs) {
        state = StreamEntry.State.GRACE;
        endedAtMs = atMs;
        endSession(atMs);
        dirty = true;
    }

    /** Handles the return of the newest session, whose end was only suspected. */
    void resumeSession() {
        state = StreamEntry.State.LIVE;
        endedAtMs = 0;
        endSessionUndone();
        dirty = true;
    }

    private void endSessionUndone() {
        sessions.add(sessions.removeLast().withEnd(0));
    }

    /** Handles the end of the epoch. */
    void endEpoch() {
        state = StreamEntry.State.ENDED;
        dirty = true;
    }

    /** Returns whether the epoch has ended without a segment, so that it can never be watched. */
    boolean endedWithoutMedia() {
        return state == StreamEntry.State.ENDED && lastSegment < 0
                && sessions.stream().allMatch(each -> each.sizeBytes() == 0);
    }

    long epoch() {
        return epoch;
    }

    /** Returns the number of the newest closed segment, -1 without one. */
    long lastSegment() {
        return lastSegment;
    }

    /** Records a warning. Returns true if it is the session's first warning of this kind. */
    boolean addWarning(Step.Warned warned) {
        Trouble before = troubles.get(warned.warning());
        if (before == null || before.gone()) {
            troubles.remove(warned.warning());
            dirty = true;
        }
        troubles.put(warned.warning(), new Trouble(warned.message(), sessionTicks, false));
        return before == null;
    }

    /** Returns whether the entry contains a warning of this kind. */
    boolean shows(StreamWarning warning) {
        Trouble trouble = troubles.get(warning);
        return trouble != null && !trouble.gone();
    }

    /** Returns the number of the newest session. */
    long session() {
        return session;
    }

    private void dropExpired(Step out) {
        // The cause of a keyframe warning can only be observed once per segment.
        long longest = Math.max(GONE_TICKS, 2 * targetDurationS * 90_000L);
        troubles.replaceAll((warning, trouble) -> {
            if (trouble.gone() || !warning.ends() || sessionTicks - trouble.seenTicks() < longest) {
                return trouble;
            }
            out.endWarning(warning.label());
            return new Trouble(trouble.message(), trouble.seenTicks(), true);
        });
    }

    /** Applies the encoder's metadata. Fields that the metadata does not contain keep their values. */
    void applyMetadata(Metadata metadata) {
        declaredBitrate = metadata.declaredBitrate() > 0 ? metadata.declaredBitrate() : declaredBitrate;
        if (!metadata.encoder().isEmpty() && !metadata.encoder().equals(started.encoder().client())) {
            started = new SessionStarted(started.role(), started.encoder().withClient(metadata.encoder()),
                    started.startedAtMs(), started.rules());
            dirty = true;
        }
    }

    /**
     * Handles the start of a segment with its tracks. The session has the codecs of the default tracks in the segment.
     */
    void beginSegment(List<Track> ofSegment) {
        List<Track> now = withSilent(ofSegment);
        List<String> codecs = ofSegment.stream().filter(track -> track.id() == 0)
                .map(track -> TrackConfig.of(track).rfc6381()).toList();
        StreamEntry.Session s = sessions.getLast();
        if (!now.equals(tracks) || !codecs.equals(s.codecs())) {
            tracks = List.copyOf(now);
            sessions.add(sessions.removeLast().withCodecs(List.copyOf(codecs)));
            dirty = true;
        }
    }

    /**
     * Returns the tracks of a segment and those default tracks of the epoch that are silent in it. The epoch has them
     * until it ends, because its renditions do not change: readers of the entry must not depend on when they read it.
     */
    private List<Track> withSilent(List<Track> ofSegment) {
        Set<TrackId> present = ofSegment.stream().map(Track::trackId).collect(Collectors.toSet());
        List<Track> silent = !rules.hasOneTrackSet()
                ? List.of()
                : tracks.stream()
                        .filter(each -> each.id() == TrackId.DEFAULT && !present.contains(each.trackId())).toList();
        // The leading track is first, and pictures lead where there are some.
        return Stream.of(silent.stream().filter(each -> each.kind() == Packet.Kind.VIDEO), ofSegment.stream(),
                silent.stream().filter(each -> each.kind() != Packet.Kind.VIDEO)).flatMap(each -> each).toList();
    }

    /**
     * Sets the target durations, with the first cut that has a head. The tracks of the epoch are known only then: when
     * the first GOP is complete, the first part may still wait for further tracks. Later calls have no effect, because
     * readers take the tracks of the first entry with targets for those of the epoch.
     *
     * @param targetS target duration in seconds
     * @param partTicks longest part of the leading track, 90 kHz
     */
    void setTargets(int targetS, long partTicks) {
        if (targetDurationS == 0) {
            targetDurationS = targetS;
            partTargetTicks = PartTarget.ticks(partTicks, tracks);
            dirty = true;
        }
    }

    /**
     * Handles a cut.
     *
     * @param sizeBytes total body size of the packets since the previous cut
     * @param defaultBytes the part of it in messages with a default track
     * @param movedMs by how many ms PROGRAM-DATE-TIME has been moved in the session
     */
    void addCut(Cut cut, long sizeBytes, long defaultBytes, long movedMs, Step out) {
        boolean first = bitrate == 0;
        lastSegment = cut.last() ? cut.id().segment() : lastSegment;
        windowTicks += cut.times().durationTicks();
        windowBytes += sizeBytes;
        windowDefaultBytes += defaultBytes;
        int last = lastIndexOf(cut.session());
        if (last >= 0) {
            StreamEntry.Session s = sessions.get(last);
            sessionTicks += cut.times().durationTicks();
            sessions.set(last, s.withMedia(sessionTicks / 90 + movedMs, s.sizeBytes() + sizeBytes));
        }
        if (cut.last() && windowTicks > 0 && (first || windowTicks >= REFRESH_TICKS)) {
            bitrate = windowBytes * 8 * 90_000 / windowTicks;
            if (windowTicks >= REFRESH_TICKS) {
                compare(windowDefaultBytes * 8 * 90_000 / windowTicks, out);
                dropExpired(out);
            }
            windowTicks = 0;
            windowBytes = 0;
            windowDefaultBytes = 0;
            dirty = true;
        }
    }

    /**
     * Warns if the bitrate is more than one and a half times or less than a quarter of the declared bitrate. Encoders
     * vary around the declared bitrate, but such a difference means a different setting.
     *
     * @param ofDefault bitrate of the default tracks
     */
    private void compare(long ofDefault, Step out) {
        if (declaredBitrate > 0 && (ofDefault > declaredBitrate * 3 / 2 || ofDefault < declaredBitrate / 4)) {
            out.warn(StreamWarning.DECLARED_BITRATE, "bitrate is " + ofDefault / 1_000 + " kbit/s, metadata declares "
                    + declaredBitrate / 1_000 + " kbit/s");
        }
    }

    private int lastIndexOf(long number) {
        return sessions.isEmpty() || sessions.getLast().session() != number ? -1 : sessions.size() - 1;
    }

    /**
     * Returns the entry, which describes the epoch up to {@code offset}, if it has changed since the last call;
     * otherwise null.
     */
    StreamEntry takeChanged(long offset) {
        if (!dirty) {
            return null;
        }
        dirty = false;
        return entry(offset);
    }

    private StreamEntry entry(long offset) {
        List<StreamEntry.Warning> warnings = troubles.entrySet().stream().filter(each -> !each.getValue().gone())
                .map(each -> new StreamEntry.Warning(each.getKey().label(), each.getValue().message())).toList();
        return new StreamEntry(stream, epoch, state, rules,
                new StreamEntry.Span(firstOffset, offset, startedAtMs, endedAtMs),
                new StreamEntry.NewestSession(session, sessionOffset, timestampOffsetMs, started.startedAtMs(),
                        started.encoder(), tracks, warnings),
                new StreamEntry.Playlist(targetDurationS, partTargetTicks, lastSegment, bitrate),
                List.copyOf(sessions));
    }

    Generic write(Generic g) {
        return g.put("entry", ByteBuffer.wrap(LogCodec.encode(entry(0)))).put("offsetKnown", offsetKnown)
                .put("sessionTicks", sessionTicks).put("windowTicks", windowTicks).put("windowBytes", windowBytes)
                .put("windowDefaultBytes", windowDefaultBytes)
                .put("declaredBitrate", declaredBitrate)
                .list("troubles", List.copyOf(troubles.entrySet()), (trouble, t) -> t
                        .put("warning", trouble.getKey().name()).put("message", trouble.getValue().message())
                        .put("seenTicks", trouble.getValue().seenTicks()).put("gone", trouble.getValue().gone()));
    }

    static Directory read(Generic g) {
        if (!(LogCodec.decode(g.bytes("entry")) instanceof StreamEntry e)) {
            throw new IllegalArgumentException("the state contains another record instead of an entry");
        }
        Directory directory = new Directory(e.stream(), e.epoch(), e.rules(), e.span().firstOffset(),
                e.span().startedAtMs());
        directory.state = e.state();
        directory.session = e.session().number();
        directory.started = new SessionStarted(SessionStarted.Role.PRIMARY, e.session().encoder(),
                e.session().startedAtMs(), e.rules());
        directory.sessionOffset = e.session().offset();
        directory.timestampOffsetMs = e.session().timestampOffsetMs();
        directory.endedAtMs = e.span().endedAtMs();
        directory.targetDurationS = e.playlist().targetDurationS();
        directory.partTargetTicks = e.playlist().partTargetTicks();
        directory.lastSegment = e.playlist().lastSegment();
        directory.bitrate = e.playlist().bitrate();
        directory.tracks = e.session().tracks();
        directory.sessions.addAll(e.sessions());
        directory.offsetKnown = g.bool("offsetKnown");
        directory.sessionTicks = g.int64("sessionTicks");
        directory.windowTicks = g.int64("windowTicks");
        directory.windowBytes = g.int64("windowBytes");
        directory.windowDefaultBytes = g.int64("windowDefaultBytes");
        directory.declaredBitrate = g.int64("declaredBitrate");
        g.list("troubles", t -> directory.troubles.put(t.symbol("warning", StreamWarning.class),
                new Trouble(t.text("message"), t.int64("seenTicks"), t.bool("gone"))));
        return directory;
    }
}
