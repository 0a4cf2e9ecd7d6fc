package io.millrace.platform.log;

import io.millrace.platform.log.RecordSchema.Generic;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * All schemas of the log. The newest folder under {@code resources/avro} contains the current ones; older folders are
 * kept for ever, so that every record ever written can be read.
 */
final class Schemas {
    /** Folders of schemas, oldest first. A change of any schema adds a folder with all schemas. */
    private static final List<String> VERSIONS = List.of("v1");
    /** Ordered by their references to each other. */
    private static final List<String> NAMES = List.of("Format", "Kind", "EpochRules", "SessionStarted", "Packet",
            "SessionEnded", "GraceOver", "SessionNotice", "Cut", "EpochEnded", "Part", "IndexEntry", "StreamEntry", "IngestNode");
    private static final List<Map<String, Schema>> PARSED = VERSIONS.stream().map(Schemas::parse).toList();

    static final RecordSchema<SessionStarted> SESSION_STARTED = schema("SessionStarted",
            (r, g) -> g.put("role", r.role()).put("node", r.node()).put("client", r.client())
                    .put("address", r.address()).put("startedAtMs", r.startedAtMs()).put("rules", rules(g, r.rules())),
            g -> new SessionStarted(g.symbol("role", SessionStarted.Role.class), g.text("node"), g.text("client"),
                    g.text("address"), g.int64("startedAtMs"), rules(g.record("rules"))));
    static final RecordSchema<Packet> PACKET = schema("Packet",
            (r, g) -> g.put("session", r.session()).put("seq", r.seq()).put("arrivalUs", r.arrivalUs())
                    .put("timestampMs", r.timestampMs()).put("compositionTimeMs", r.compositionTimeMs())
                    .put("kind", r.kind()).put("track", r.track()).put("keyframe", r.keyframe())
                    .put("recoveryPoint", r.recoveryPoint()).put("config", r.config()).put("body", r.body()),
            g -> new Packet(g.int64("session"), g.int64("seq"), g.int64("arrivalUs"), g.int64("timestampMs"),
                    g.int32("compositionTimeMs"), g.symbol("kind", Packet.Kind.class), g.int32("track"),
                    g.bool("keyframe"), g.bool("recoveryPoint"), g.bool("config"), g.bytes("body")));
    static final RecordSchema<SessionEnded> SESSION_ENDED = schema("SessionEnded",
            (r, g) -> g.put("session", r.session()).put("endedAtMs", r.endedAtMs()).put("reason", r.reason())
                    .put("detail", r.detail()),
            g -> new SessionEnded(g.int64("session"), g.int64("endedAtMs"),
                    g.symbol("reason", SessionEnded.Reason.class), g.text("detail")));
    static final RecordSchema<GraceOver> GRACE_OVER = schema("GraceOver",
            (r, g) -> g.put("session", r.session()).put("atMs", r.atMs()),
            g -> new GraceOver(g.int64("session"), g.int64("atMs")));
    static final RecordSchema<SessionNotice> SESSION_NOTICE = schema("SessionNotice",
            (r, g) -> g.put("stream", r.stream()).put("session", r.session()).put("state", r.state())
                    .put("node", r.node()).put("client", r.client()).put("address", r.address())
                    .put("startedAtMs", r.startedAtMs()).put("noticedAtMs", r.noticedAtMs())
                    .put("graceMs", r.graceMs()),
            g -> new SessionNotice(g.text("stream"), g.int64("session"),
                    g.symbol("state", SessionNotice.State.class), g.text("node"), g.text("client"), g.text("address"),
                    g.int64("startedAtMs"), g.int64("noticedAtMs"), g.int32("graceMs")));
    static final RecordSchema<Cut> CUT = schema("Cut",
            (r, g) -> g.put("epoch", r.epoch()).put("session", r.session()).put("segment", r.segment())
                    .put("part", r.part()).put("last", r.last()).put("independent", r.independent())
                    .put("firstOffset", r.firstOffset()).put("lastOffset", r.lastOffset())
                    .put("startTicks", r.startTicks()).put("durationTicks", r.durationTicks())
                    .put("programDateTimeMs", r.programDateTimeMs()).put("arrivalUs", r.arrivalUs())
                    .put("head", r.head() == null ? null : head(g, r.head()))
                    .list("samples", r.samples(), Schemas::sample),
            g -> new Cut(g.int64("epoch"), g.int64("session"), g.int64("segment"), g.int32("part"), g.bool("last"),
                    g.bool("independent"), g.int64("firstOffset"), g.int64("lastOffset"), g.int64("startTicks"),
                    g.int64("durationTicks"), g.int64("programDateTimeMs"), g.int64("arrivalUs"),
                    g.isNull("head") ? null : head(g.record("head")), g.list("samples", Schemas::sample)));
    static final RecordSchema<EpochEnded> EPOCH_ENDED = schema("EpochEnded",
            (r, g) -> g.put("epoch", r.epoch()).put("lastSegment", r.lastSegment()).put("endMs", r.endMs()),
            g -> new EpochEnded(g.int64("epoch"), g.int64("lastSegment"), g.int64("endMs")));
    static final RecordSchema<Part> PART = schema("Part",
            (r, g) -> g.put("epoch", r.epoch()).put("segment", r.segment()).put("part", r.part())
                    .put("format", r.format()).put("bytes", r.bytes()),
            g -> new Part(g.int64("epoch"), g.int64("segment"), g.int32("part"), g.symbol("format", Format.class),
                    g.bytes("bytes")));
    static final RecordSchema<IndexEntry> INDEX_ENTRY = schema("IndexEntry",
            (r, g) -> g.put("epoch", r.epoch()).put("session", r.session()).put("segment", r.segment())
                    .put("part", r.part()).put("last", r.last()).put("format", r.format())
                    .put("partsOffset", r.partsOffset()).put("sizeBytes", r.sizeBytes())
                    .put("startTicks", r.startTicks()).put("durationTicks", r.durationTicks())
                    .put("programDateTimeMs", r.programDateTimeMs()).put("arrivalUs", r.arrivalUs())
                    .put("independent", r.independent()).put("keyframeOffset", r.keyframeOffset())
                    .put("timestampOffsetMs", r.timestampOffsetMs()).put("targetDurationS", r.targetDurationS())
                    .put("segmentIndependent", r.segmentIndependent()).put("discontinuous", r.discontinuous())
                    .put("discontinuity", r.discontinuity()),
            g -> new IndexEntry(g.int64("epoch"), g.int64("session"), g.int64("segment"), g.int32("part"),
                    g.bool("last"), g.symbol("format", Format.class), g.int64("partsOffset"), g.int32("sizeBytes"),
                    g.int64("startTicks"), g.int64("durationTicks"), g.int64("programDateTimeMs"),
                    g.int64("arrivalUs"), g.bool("independent"), g.int64("keyframeOffset"),
                    g.int64("timestampOffsetMs"), g.int32("targetDurationS"), g.bool("segmentIndependent"),
                    g.bool("discontinuous"), g.int64("discontinuity")));
    static final RecordSchema<StreamEntry> STREAM_ENTRY = schema("StreamEntry",
            (r, g) -> g.put("stream", r.stream()).put("epoch", r.epoch()).put("session", r.session())
                    .put("state", r.state()).put("rules", rules(g, r.rules())).put("firstOffset", r.firstOffset())
                    .put("sessionOffset", r.sessionOffset()).put("lastOffset", r.lastOffset())
                    .put("timestampOffsetMs", r.timestampOffsetMs()).put("startedAtMs", r.startedAtMs())
                    .put("sessionStartedAtMs", r.sessionStartedAtMs()).put("endedAtMs", r.endedAtMs())
                    .put("node", r.node()).put("address", r.address()).put("client", r.client())
                    .put("targetDurationS", r.targetDurationS()).put("lastSegment", r.lastSegment())
                    .put("bitrate", r.bitrate())
                    .list("tracks", r.tracks(), Schemas::track).list("sessions", r.sessions(), Schemas::session)
                    .list("warnings", r.warnings(), Schemas::warning),
            g -> new StreamEntry(g.text("stream"), g.int64("epoch"), g.int64("session"),
                    g.symbol("state", StreamEntry.State.class), rules(g.record("rules")), g.int64("firstOffset"),
                    g.int64("sessionOffset"), g.int64("lastOffset"), g.int64("timestampOffsetMs"),
                    g.int64("startedAtMs"), g.int64("sessionStartedAtMs"), g.int64("endedAtMs"), g.text("node"),
                    g.text("address"), g.text("client"), g.int32("targetDurationS"), g.int64("lastSegment"),
                    g.int64("bitrate"),
                    g.list("tracks", Schemas::track), g.list("sessions", Schemas::session),
                    g.list("warnings", Schemas::warning)));

    static final RecordSchema<IngestNode> INGEST_NODE = schema("IngestNode",
            (r, g) -> {
                g.put("node", r.node()).put("keyRequired", r.keyRequired());
                address(g, "rtmp", r.rtmp());
                address(g, "rtmps", r.rtmps());
            },
            g -> new IngestNode(g.text("node"), address(g, "rtmp"), address(g, "rtmps"), g.bool("keyRequired")));

    private static final Map<Long, RecordSchema.WrittenAs<?>> BY_FINGERPRINT = byFingerprint();

    private Schemas() {}

    static LogRecord decode(ByteBuffer value) throws IOException {
        if (value.remaining() < RecordSchema.HEADER_BYTES || value.get() != (byte) 0xC3 || value.get() != 0x01) {
            throw new IllegalArgumentException("not an Avro single-object record");
        }
        long fingerprint = value.order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (fingerprint == PACKET.fingerprint()) {
            return PayloadCodec.packet(value);
        }
        if (fingerprint == PART.fingerprint()) {
            return PayloadCodec.part(value);
        }
        RecordSchema.WrittenAs<?> written = BY_FINGERPRINT.get(fingerprint);
        if (written == null) {
            throw new IllegalArgumentException(
                    "schema fingerprint is unknown to this version: " + Long.toHexString(fingerprint));
        }
        return written.decode(value);
    }

    private static Map<Long, RecordSchema.WrittenAs<?>> byFingerprint() {
        List<RecordSchema<?>> schemas = List.of(SESSION_STARTED, PACKET, SESSION_ENDED, GRACE_OVER, SESSION_NOTICE, CUT,
                EPOCH_ENDED, PART, INDEX_ENTRY, STREAM_ENTRY, INGEST_NODE);
        Map<Long, RecordSchema.WrittenAs<?>> byFingerprint = new HashMap<>();
        for (Map<String, Schema> version : PARSED) {
            for (RecordSchema<?> schema : schemas) {
                RecordSchema.WrittenAs<?> written = schema.writtenAs(version.get(schema.name()));
                byFingerprint.put(written.fingerprint(), written);
            }
        }
        return byFingerprint;
    }

    private static Map<String, Schema> parse(String version) {
        Schema.Parser parser = new Schema.Parser();
        Map<String, Schema> schemas = new HashMap<>();
        for (String name : NAMES) {
            try (InputStream in = Schemas.class.getResourceAsStream("/avro/" + version + "/" + name + ".avsc")) {
                schemas.put(name, parser.parse(in));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return schemas;
    }

    private static <T extends LogRecord> RecordSchema<T> schema(String name, RecordSchema.ToGeneric<T> write,
            RecordSchema.FromGeneric<T> read) {
        return new RecordSchema<>(PARSED.getLast().get(name), write, read);
    }

    private static Generic rules(Generic parent, EpochRules r) {
        return parent.child("rules").put("rulesVersion", r.rulesVersion()).put("segmentTargetMs", r.segmentTargetMs())
                .put("partTargetMs", r.partTargetMs()).put("windowMs", r.windowMs()).put("graceMs", r.graceMs())
                .symbols("formats", r.formats());
    }

    private static EpochRules rules(Generic g) {
        return new EpochRules(g.int32("rulesVersion"), g.int32("segmentTargetMs"), g.int32("partTargetMs"),
                g.int32("windowMs"), g.int32("graceMs"), g.symbols("formats", Format.class));
    }

    private static Generic head(Generic parent, Cut.SegmentHead h) {
        Generic g = parent.child("head");
        return g.put("rules", rules(g, h.rules())).put("targetDurationS", h.targetDurationS())
                .put("independent", h.independent()).put("discontinuous", h.discontinuous())
                .put("discontinuity", h.discontinuity()).put("videoConfig", h.videoConfig())
                .put("audioConfig", h.audioConfig()).put("videoCodec", h.videoCodec())
                .put("audioCodec", h.audioCodec()).put("originMs", h.originMs())
                .put("timestampOffsetMs", h.timestampOffsetMs()).put("state", h.state());
    }

    private static Cut.SegmentHead head(Generic g) {
        return new Cut.SegmentHead(rules(g.record("rules")), g.int32("targetDurationS"), g.bool("independent"),
                g.bool("discontinuous"), g.int64("discontinuity"), g.bytes("videoConfig"), g.bytes("audioConfig"),
                g.text("videoCodec"), g.text("audioCodec"), g.int64("originMs"), g.int64("timestampOffsetMs"),
                g.bytes("state"));
    }

    private static void sample(Cut.Sample s, Generic g) {
        g.put("offsetDelta", s.offsetDelta()).put("kind", s.kind()).put("dts", s.dts())
                .put("compositionTicks", s.compositionTicks()).put("duration", s.duration())
                .put("keyframe", s.keyframe());
    }

    private static Cut.Sample sample(Generic g) {
        return new Cut.Sample(g.int32("offsetDelta"), g.symbol("kind", Packet.Kind.class), g.int64("dts"),
                g.int32("compositionTicks"), g.int32("duration"), g.bool("keyframe"));
    }

    private static void address(Generic g, String protocol, IngestNode.Address address) {
        String host = address == null || address.host() == null ? "" : address.host();
        g.put(protocol + "Host", host).put(protocol + "Port", address == null ? 0 : address.port());
    }

    private static IngestNode.Address address(Generic g, String protocol) {
        String host = g.text(protocol + "Host");
        int port = g.int32(protocol + "Port");
        return port == 0 ? null : new IngestNode.Address(host.isEmpty() ? null : host, port);
    }

    private static void track(StreamEntry.Track t, Generic g) {
        g.put("id", t.id()).put("kind", t.kind()).put("codec", t.codec()).put("config", t.config());
    }

    private static StreamEntry.Track track(Generic g) {
        return new StreamEntry.Track(g.int32("id"), g.symbol("kind", Packet.Kind.class), g.text("codec"),
                g.bytes("config"));
    }

    private static void session(StreamEntry.Session s, Generic g) {
        g.put("session", s.session()).put("startedAtMs", s.startedAtMs()).put("endedAtMs", s.endedAtMs())
                .put("durationMs", s.durationMs()).put("sizeBytes", s.sizeBytes()).put("codecs", s.codecs());
    }

    private static StreamEntry.Session session(Generic g) {
        return new StreamEntry.Session(g.int64("session"), g.int64("startedAtMs"), g.int64("endedAtMs"),
                g.int64("durationMs"), g.int64("sizeBytes"), new ArrayList<>(g.texts("codecs")));
    }

    private static void warning(StreamEntry.Warning w, Generic g) {
        g.put("code", w.code()).put("message", w.message());
    }

    private static StreamEntry.Warning warning(Generic g) {
        return new StreamEntry.Warning(g.text("code"), g.text("message"));
    }
}
