package io.millrace.testkit.oracle;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/** An event of a simulation, in the order in which it happened. Immutable. */
public sealed interface Fact {
    /** For {@code packet}: a message without a number, such as a codec configuration. */
    long UNNUMBERED = -1;
    /** The rendition in MPEG-TS. */
    String TS = "ts";

    /** Returns the number of the {@code n}th message of a connection. */
    static long packet(int connection, int n) {
        return (long) connection << Integer.SIZE | n;
    }

    /** The connection that sent {@code packet}. */
    static int connectionOf(long packet) {
        return (int) (packet >> Integer.SIZE);
    }

    /** Returns the stream of the event; empty if it concerns all streams. */
    String stream();

    /**
     * An encoder sends a message.
     *
     * @param connection number of the encoder's connection
     * @param packet see {@link #packet}
     */
    record Sent(String stream, int connection, long packet) implements Fact {}

    /** The encoder was silent for a while before it sends {@code packet}. */
    record Resumed(String stream, long packet) implements Fact {}

    /** The encoder's node has learned that the message is in the log. */
    record Acknowledged(String stream, long packet) implements Fact {}

    /** A record of {@code packets} can be read by consumers. */
    record Logged(String stream, long offset, Entry entry) implements Fact {}

    /** A record of {@code packets}. */
    sealed interface Entry {}

    /** The record's offset is the session's number. */
    record Claim(int connection) implements Entry {}

    /** @param tracks the codecs of the session's tracks */
    record Tracks(long session, String tracks) implements Entry {}

    record Media(long session, long seq, long packet) implements Entry {}

    /** @param suspected whether another node wrote it */
    record End(long session, boolean suspected) implements Entry {}

    record GraceOver(long session) implements Entry {}

    /** A notice of {@code sessions} can be read. */
    record Noticed(String stream, long session, String state) implements Fact {}

    /** A notice declares a session over, so long after the notice of its end. */
    record GraceWas(String stream, long session, int ms) implements Fact {}

    /** A tombstone of {@code sessions} can be read. */
    record Forgotten(String stream, long session) implements Fact {}

    record EpochBegan(String stream, long epoch) implements Fact {}

    record EpochOver(String stream, long epoch) implements Fact {}

    /**
     * A reader of {@code packets} shows the record at {@code offset}.
     *
     * @param codec the codec of the packet's track, empty for metadata
     */
    record Shown(String stream, long offset, long epoch, long session, long seq, long packet,
            String codec) implements Fact {}

    /** A reader of {@code packets} does not show the packet at {@code offset}. */
    record Hidden(String stream, long offset, String why) implements Fact {}

    /**
     * A record of {@code segments} can be read: the decision that bounds a part.
     *
     * @param last whether the segment ends with it
     * @param offsets of the frames in it
     * @param content the record
     */
    record Cut(String stream, long epoch, long segment, int part, boolean last, List<Long> offsets,
            ByteBuffer content) implements Fact {}

    /** A record of {@code segments} that ends an epoch can be read. */
    record CutsEnded(String stream, long epoch, long lastSegment, ByteBuffer content) implements Fact {}

    /**
     * An entry of {@code streams} can be read.
     *
     * @param asOf the offset in {@code packets} that it is true at
     */
    record Listed(String stream, long epoch, long asOf, boolean ended, long lastSegment) implements Fact {}

    /** A tombstone of {@code streams} can be read. */
    record Unlisted(String stream, long epoch) implements Fact {}

    /**
     * The rules of a session, which become those of the epoch that it begins.
     *
     * @param formats names of the container formats
     */
    record Rules(String stream, long session, Set<String> formats) implements Fact {}

    /**
     * A record of {@code parts} can be read: the bytes of a part.
     *
     * @param rendition as in URLs, such as {@code ts} or {@code audio0}
     */
    record Muxed(String stream, long epoch, String rendition, long segment, int part,
            ByteBuffer content) implements Fact {
        /** A part in MPEG-TS. */
        public Muxed(String stream, long epoch, long segment, int part, ByteBuffer content) {
            this(stream, epoch, TS, segment, part, content);
        }
    }

    /** A record of {@code index} can be read. */
    record Indexed(String stream, long offset) implements Fact {}

    /** A viewer asks an edge for the playlist of an epoch, from now on, until it has it. Another run of the edge has other viewers. */
    record Watching(String stream, int edge, long epoch) implements Fact {}

    /**
     * A viewer has loaded a playlist.
     *
     * @param rendition as in URLs
     * @param readTo the edge has read {@code index} up to this offset, exclusive
     * @param text empty while nothing is listed
     */
    record Playlist(String stream, int edge, long epoch, String rendition, long readTo, String text) implements Fact {
        /** A playlist of MPEG-TS. */
        public Playlist(String stream, int edge, long epoch, long readTo, String text) {
            this(stream, edge, epoch, TS, readTo, text);
        }
    }

    /**
     * An edge has responded to a request for a playlist as of a part (low-latency HLS) with a response that may be cached
     * as a fixed fact.
     */
    record AsOf(String stream, int edge, long epoch, String rendition, long segment, int part,
            String text) implements Fact {}

    /** A viewer has loaded a multivariant playlist, which names these renditions. */
    record Variants(String stream, int edge, long epoch, Set<String> renditions) implements Fact {}

    /** A viewer has loaded an init section, which is named by a discontinuity number. */
    record Init(String stream, int edge, long epoch, String rendition, long discontinuity,
            ByteBuffer content) implements Fact {}

    /**
     * A viewer has loaded a segment.
     *
     * @param rendition as in URLs
     * @param packets the frames in it
     */
    record Served(String stream, int edge, long epoch, String rendition, long segment, List<Long> packets,
            ByteBuffer content) implements Fact {
        /** A segment in MPEG-TS. */
        public Served(String stream, int edge, long epoch, long segment, List<Long> packets, ByteBuffer content) {
            this(stream, edge, epoch, TS, segment, packets, content);
        }
    }

    /** A node disconnects an encoder because its session does not own the stream any more. */
    record Replaced(String stream, int connection, String why) implements Fact {}

    /** A process ended by itself. */
    record ProcessFailed(String process, String why) implements Fact {
        @Override
        public String stream() {
            return "";
        }
    }

    /** Long after the last fault, an encoder is connected and sends; {@code packet} was acknowledged some time ago. */
    record StillSending(String stream, int connection, long packet) implements Fact {}

    /** One run of a packager cannot read the packet at {@code offset}, as if because of a bug that an update fixes. */
    record Damaged(String stream, long offset) implements Fact {}

    /**
     * A committed position, long after the last record.
     *
     * @param end offset after the last record that was not written before
     */
    record Position(String topic, int partition, long position, long end) implements Fact {
        @Override
        public String stream() {
            return "";
        }
    }

    /**
     * Long after the retention of the last packet, a viewer asks for an epoch.
     *
     * @param presence {@code KNOWN}, {@code EXPIRED} or {@code UNKNOWN}
     */
    record Asked(String stream, int edge, long epoch, String presence) implements Fact {}

    /** Every encoder of the stream has been away for much longer than lease and grace. */
    record AllAway(String stream) implements Fact {}

    /** A session whose node had no trouble of its own for long was ended by suspicion. */
    record HealthySuspected(String stream, long session, int node) implements Fact {}

    /** A step of the plan, or another remark that makes a history readable. */
    record Note(String stream, String words) implements Fact {}
}
