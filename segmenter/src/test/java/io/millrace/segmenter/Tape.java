package io.millrace.segmenter;

import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.SessionTracks;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.log.TrackSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongUnaryOperator;

/** Writes the log of one stream as various encoders would. */
public final class Tape {
    public static final String AVC_180P = "0142c00dffe100196742c00dd901419f9f0110000003001000000303c0f142a48001000568cb83cb20";
    public static final String AVC_64P = "0142c00affe100176742c00ad90426c044000003000400000300f03c48992001000568cb83cb20";
    /** hvcC of x265, 162x90. */
    public static final String HEVC = """
            0101600000009000000000001ef000fcfdf8f800000f03200001001840010c01ffff01600000030090000003000003001e95\
            9009210001002b42010101600000030090000003000003001ea0162061c449965644a4c2f016808000000300800000030284\
            22000100064401c073c189""";
    public static final String AAC_48K_STEREO = "1190";
    public static final String AAC_48K_MONO = "1188";
    // Parsed once: tapes of hours have hundreds of thousands of packets.
    private static final ByteBuffer KEY_BODY = bytes("1701000000" + "0000000165".repeat(20));
    private static final ByteBuffer FRAME_BODY = bytes("2701000000" + "0000000141".repeat(4));
    private static final ByteBuffer AUDIO_BODY = bytes("AF01" + "21".repeat(16));
    /** Start of the first session: 2026-01-01T00:00:00Z. */
    public static final long START_MS = 1_767_225_600_000L;
    public static final EpochRules RULES = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 30_000, 30_000,
            List.of(Format.TS));

    /** A record and its offset. */
    public record Entry(long offset, PacketsRecord record) {}

    private final List<Entry> entries = new ArrayList<>();
    private long nextOffset;
    private LongUnaryOperator arrivalMs = LongUnaryOperator.identity();
    private OptionalLong startMs = OptionalLong.empty();

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }

    public List<Entry> entries() {
        return entries;
    }

    public Tape add(PacketsRecord record) {
        entries.add(new Entry(nextOffset++, record));
        return this;
    }

    /** Records of other streams are in between. */
    public Tape skip(int records) {
        nextOffset += records;
        return this;
    }

    /**
     * Sets when the packets that follow arrive.
     *
     * @param ms returns the time since the start of the session for a timestamp in ms
     */
    public Tape arrival(LongUnaryOperator ms) {
        arrivalMs = ms;
        return this;
    }

    /** Sets when the next sessions start, by the clock of their node. */
    public Tape startsAt(long ms) {
        startMs = OptionalLong.of(ms);
        return this;
    }

    public Publisher publisher() {
        return publisher(RULES);
    }

    public Publisher publisher(EpochRules rules) {
        long session = nextOffset;
        long startedAtMs = startMs.orElse(START_MS + session * 1_000);
        add(new SessionStarted(SessionStarted.Role.PRIMARY,
                new Encoder("node-" + session, "test", "127.0.0.1:5000"), startedAtMs, rules));
        return new Publisher(session, startedAtMs);
    }

    public final class Publisher {
        public final long session;
        private final long startedAtMs;
        private long seq;

        private Publisher(long session, long startedAtMs) {
            this.session = session;
            this.startedAtMs = startedAtMs;
        }

        /** Says which tracks the session has; null for none of the kind. */
        public Publisher tracks(String video, String audio) {
            add(new SessionTracks(session, new TrackSet(video, audio)));
            return this;
        }

        public Publisher configs() {
            return videoConfig(AVC_180P).audioConfig(AAC_48K_STEREO);
        }

        public Publisher videoConfig(String avcC) {
            return packet(0, 0, Packet.Kind.VIDEO, false, true, "1700000000" + avcC);
        }

        public Publisher audioConfig(String asc) {
            return packet(0, 0, Packet.Kind.AUDIO, false, true, "AF00" + asc);
        }

        public Publisher key(long ms) {
            return key(ms, 0);
        }

        public Publisher key(long ms, int ct) {
            return body(ms, ct, Packet.Kind.VIDEO, true, false, KEY_BODY.duplicate());
        }

        public Publisher frame(long ms) {
            return frame(ms, 0);
        }

        public Publisher frame(long ms, int ct) {
            return body(ms, ct, Packet.Kind.VIDEO, false, false, FRAME_BODY.duplicate());
        }

        public Publisher audio(long ms) {
            return body(ms, 0, Packet.Kind.AUDIO, false, false, AUDIO_BODY.duplicate());
        }

        public Publisher data(long ms) {
            return packet(ms, 0, Packet.Kind.DATA, false, false, "02000a6f6e4d65746144617461");
        }

        /** Adds a data message. */
        public Publisher data(long ms, byte[] body) {
            return body(ms, 0, Packet.Kind.DATA, false, false, ByteBuffer.wrap(body));
        }

        /**
         * Adds {@code frames} video frames from {@code fromMs} on, with a keyframe first and every {@code gop} frames,
         * and no audio.
         */
        public Publisher pictures(long fromMs, int frames, int frameMs, int gop) {
            for (int i = 0; i < frames; i++) {
                long ms = fromMs + (long) i * frameMs;
                if (i % gop == 0) {
                    key(ms);
                } else {
                    frame(ms);
                }
            }
            return this;
        }

        /** Adds AAC at 48 kHz, with timestamps rounded to milliseconds as encoders do. */
        public Publisher sound(long fromMs, long untilMs) {
            for (long n = 0; fromMs + n * 64 / 3 < untilMs; n++) {
                audio(fromMs + n * 64 / 3);
            }
            return this;
        }

        /** Adds video and audio, interleaved by time. */
        public Publisher live(long fromMs, int frames, int frameMs, int gop) {
            long n = 0;
            for (int i = 0; i < frames; i++) {
                long ms = fromMs + (long) i * frameMs;
                for (; fromMs + n * 64 / 3 < ms; n++) {
                    audio(fromMs + n * 64 / 3);
                }
                if (i % gop == 0) {
                    key(ms);
                } else {
                    frame(ms);
                }
            }
            return this;
        }

        /** Skips the number of a packet that is lost. */
        public Publisher lose() {
            seq++;
            return this;
        }

        /** Gives the next packet the number of the last one again. */
        public Publisher repeat() {
            seq--;
            return this;
        }

        public Publisher ends() {
            return ends(SessionEnded.Reason.UNPUBLISHED);
        }

        public Publisher ends(SessionEnded.Reason reason) {
            add(new SessionEnded(session, START_MS + nextOffset * 10, reason, ""));
            return this;
        }

        public Publisher graceOver() {
            add(new GraceOver(session, START_MS + nextOffset * 10));
            return this;
        }

        /** Adds a video frame of a track other than the default one. */
        public Publisher track(int track, long ms, String hex) {
            long arrivalUs = (START_MS + session * 1_000 + ms) * 1_000;
            add(new Packet(session, seq++, arrivalUs, ms, 0, Packet.Kind.VIDEO, track, Packet.Content.KEYFRAME,
                    bytes(hex)));
            return this;
        }

        /** Adds the configuration of a further track, H.264 or AAC, in a message of its own (Enhanced RTMP multitrack). */
        public Publisher furtherConfig(TrackId track, String configHex) {
            String header = track.kind() == Packet.Kind.VIDEO ? "960061766331" : "95006d703461";
            return further(track, 0, Packet.Content.CONFIG, header + number(track.id()) + configHex);
        }

        /** Adds a frame of a further track in a message of its own. */
        public Publisher further(TrackId track, long ms, boolean key) {
            if (track.kind() == Packet.Kind.AUDIO) {
                return further(track, ms, Packet.Content.OTHER, "95016d703461" + number(track.id()) + "21".repeat(16));
            }
            return further(track, ms, key ? Packet.Content.KEYFRAME : Packet.Content.OTHER,
                    (key ? "96" : "a6") + "0161766331" + number(track.id()) + "000000"
                            + (key ? "0000000165" : "0000000141").repeat(4));
        }

        /** Adds a message of a further track, in hexadecimal. */
        public Publisher further(TrackId track, long ms, Packet.Content content, String hex) {
            long arrivalUs = (startedAtMs + arrivalMs.applyAsLong(Math.max(0, ms))) * 1_000;
            add(new Packet(session, seq++, arrivalUs, ms, 0, track.kind(), track.id(), content,
                    ByteBuffer.wrap(HexFormat.of().parseHex(hex))));
            return this;
        }

        private static String number(int track) {
            return HexFormat.of().toHexDigits((byte) track);
        }

        /** Adds a message with a frame of video tracks 1 and 0, in this order. */
        public Publisher together(long ms, boolean key) {
            String frame = "000000" + (key ? "0000000165" : "0000000141");
            return packet(ms, 0, Packet.Kind.VIDEO, key, false,
                    (key ? "96" : "a6") + "1161766331" + "01000008" + frame + "00000008" + frame);
        }

        /** Adds a packet whose body has the format of a later release. */
        public Publisher format(long ms, Packet.Kind kind, long bodyFormat) {
            long arrivalUs = (START_MS + session * 1_000 + ms) * 1_000;
            add(new Packet(session, seq++, arrivalUs, ms, 0, kind, 0, Packet.Content.OTHER, bodyFormat,
                    ByteBuffer.allocate(16)));
            return this;
        }

        public Publisher packet(long ms, int ct, Packet.Kind kind, boolean key, boolean config, String hex) {
            return body(ms, ct, kind, key, config, bytes(hex));
        }

        public Publisher body(long ms, int ct, Packet.Kind kind, boolean key, boolean config, ByteBuffer body) {
            long arrivalUs = (startedAtMs + arrivalMs.applyAsLong(Math.max(0, ms))) * 1_000;
            add(new Packet(session, seq++, arrivalUs, ms, ct, kind, 0,
                    config ? Packet.Content.CONFIG : key ? Packet.Content.KEYFRAME : Packet.Content.OTHER, body));
            return this;
        }
    }
}
