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
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/**
 * All schemas of the log. The newest folder under {@code resources/avro} contains the current ones; older folders are
 * kept permanently, so that every record ever written can be read.
 */
final class Schemas {
    /** The names of the schemas; a schema comes after those that it refers to. */
    private static final List<String> NAMES = List.of("Format", "Kind", "EpochRules", "Track", "TrackId", "Cue",
            "SessionStarted", "Packet",
            "SessionEnded", "GraceOver", "CueRequest", "SessionNotice", "Cut", "EpochEnded", "Part", "IndexEntry",
            "Gap",
            "StreamEntry", "StreamExpiry", "Withdrawal",
            "IngestNode", "LogVersion", "SessionTracks", "NodeHeartbeat", "StreamEvent", "DeadLetter",
            "AudienceReport", "Kick", "Redelivery", "EdgeNode");
    private static final List<Map<String, Schema>> PARSED = LogVersions.NAMES.stream().map(Schemas::parse).toList();

    static final RecordSchema<SessionStarted> SESSION_STARTED = schema("SessionStarted",
            (r, g) -> encoder(g.put("role", r.role()), r.encoder()).put("startedAtMs", r.startedAtMs())
                    .put("rules", rules(g, r.rules())).put("generation", r.generation()),
            g -> new SessionStarted(g.symbol("role", SessionStarted.Role.class), encoder(g), g.int64("startedAtMs"),
                    rules(g.record("rules")), g.int32("generation")));
    static final RecordSchema<Packet> PACKET = schema("Packet",
            (r, g) -> g.put("session", r.session()).put("seq", r.seq()).put("arrivalUs", r.arrivalUs())
                    .put("timestampMs", r.timestampMs()).put("compositionTimeMs", r.compositionTimeMs())
                    .put("kind", r.kind()).put("track", r.track()).put("keyframe", r.isKeyframe())
                    .put("recoveryPoint", r.isRecoveryPoint()).put("config", r.isConfig())
                    .put("bodyFormat", r.bodyFormat()).put("body", r.body()),
            g -> new Packet(g.int64("session"), g.int64("seq"), g.int64("arrivalUs"), g.int64("timestampMs"),
                    g.int32("compositionTimeMs"), g.symbol("kind", Packet.Kind.class), g.int32("track"),
                    Packet.Content.of(g.bool("keyframe"), g.bool("recoveryPoint"), g.bool("config")),
                    g.int64("bodyFormat"), g.bytes("body")));
    static final RecordSchema<SessionEnded> SESSION_ENDED = schema("SessionEnded",
            (r, g) -> g.put("session", r.session()).put("endedAtMs", r.endedAtMs()).put("reason", r.reason())
                    .put("detail", r.detail()),
            g -> new SessionEnded(g.int64("session"), g.int64("endedAtMs"),
                    g.symbol("reason", SessionEnded.Reason.class), g.text("detail")));
    static final RecordSchema<GraceOver> GRACE_OVER = schema("GraceOver",
            (r, g) -> g.put("session", r.session()).put("atMs", r.atMs()),
            g -> new GraceOver(g.int64("session"), g.int64("atMs")));
    static final RecordSchema<CueRequest> CUE_REQUEST = schema("CueRequest",
            (r, g) -> Cue.write(r.attributes(), g.put("name", r.name()).put("ends", r.ends()).put("atMs", r.atMs())
                    .put("durationMs", r.durationMs()).put("plannedMs", r.plannedMs())
                    .put("requestedAtMs", r.requestedAtMs())),
            g -> new CueRequest(g.text("name"), g.bool("ends"), g.int64("atMs"), g.int64("durationMs"),
                    g.int64("plannedMs"), Cue.attributes(g), g.int64("requestedAtMs")));
    static final RecordSchema<SessionTracks> SESSION_TRACKS = schema("SessionTracks",
            (r, g) -> g.put("session", r.session()).put("videoCodec", r.tracks().video())
                    .put("audioCodec", r.tracks().audio()),
            g -> new SessionTracks(g.int64("session"), new TrackSet(
                    g.isNull("videoCodec") ? null : g.text("videoCodec"),
                    g.isNull("audioCodec") ? null : g.text("audioCodec"))));
    static final RecordSchema<SessionNotice> SESSION_NOTICE = schema("SessionNotice",
            (r, g) -> encoder(g.put("stream", r.stream()).put("session", r.session()).put("state", r.state()),
                    r.encoder())
                    .put("startedAtMs", r.startedAtMs()).put("noticedAtMs", r.noticedAtMs())
                    .put("graceMs", r.graceMs()).put("process", r.process()),
            g -> new SessionNotice(g.text("stream"), g.int64("session"),
                    g.symbol("state", SessionNotice.State.class), encoder(g), g.int64("startedAtMs"),
                    g.int64("noticedAtMs"), g.int32("graceMs"), g.int64("process")));
    static final RecordSchema<Cut> CUT = schema("Cut", Schemas::cut,
            g -> cut(g, g.list("samples", Schemas::sample)));
    private static final CutCodec CUTS = new CutCodec(PARSED.getLast().get("Cut"),
            RecordSchema.header(CUT.fingerprint()), Schemas::cut, Schemas::cut);
    static final RecordSchema<EpochEnded> EPOCH_ENDED = schema("EpochEnded",
            (r, g) -> g.put("epoch", r.epoch()).put("lastSegment", r.lastSegment()).put("endMs", r.endMs()),
            g -> new EpochEnded(g.int64("epoch"), g.int64("lastSegment"), g.int64("endMs")));
    static final RecordSchema<Part> PART = schema("Part",
            (r, g) -> rendition(part(g, r.id()), r.rendition()).put("bytes", r.bytes()),
            g -> new Part(part(g), rendition(g), g.bytes("bytes")));
    static final RecordSchema<IndexEntry> INDEX_ENTRY = schema("IndexEntry",
            (r, g) -> rendition(start(times(part(g, r.id()), r.times()), r.start(), "segmentIndependent"),
                    r.rendition())
                    .put("last", r.last()).put("partsOffset", r.place().offset())
                    .put("sizeBytes", r.place().sizeBytes()).put("initBytes", r.place().initBytes())
                    .put("check", r.place().check()).put("keyframeBytes", r.place().keyframeBytes())
                    .list("sources", r.place().sources(), Schemas::source)
                    .put("independent", r.independent())
                    .put("session", r.keyframe().session()).put("keyframeOffset", r.keyframe().offset())
                    .put("timestampOffsetMs", r.keyframe().timestampOffsetMs())
                    .list("cues", r.start().cues(), Cue::write),
            g -> new IndexEntry(part(g), g.bool("last"), rendition(g),
                    new PartPlace(g.int64("partsOffset"), g.int32("sizeBytes"), g.int32("initBytes"), g.int32("check"),
                            g.int32("keyframeBytes"), g.list("sources", Schemas::source)),
                    times(g),
                    g.bool("independent"),
                    new Keyframe(g.int64("session"), g.int64("keyframeOffset"), g.int64("timestampOffsetMs")),
                    start(g, "segmentIndependent").withCues(g.list("cues", Cue::read))));
    static final RecordSchema<Gap> GAP = schema("Gap",
            (r, g) -> rendition(start(times(part(g, r.id()), r.times()), r.start(), "segmentIndependent"),
                    r.rendition())
                    .put("reason", r.reason()).list("cues", r.start().cues(), Cue::write),
            g -> new Gap(part(g), rendition(g), g.symbol("reason", Gap.Reason.class), times(g),
                    start(g, "segmentIndependent").withCues(g.list("cues", Cue::read))));
    static final RecordSchema<StreamEntry> STREAM_ENTRY = schema("StreamEntry",
            (r, g) -> playlist(newest(span(g, r.span()), r.session()), r.playlist()).put("stream", r.stream())
                    .put("epoch", r.epoch()).put("state", r.state()).put("rules", rules(g, r.rules()))
                    .list("sessions", r.sessions(), Schemas::session),
            g -> new StreamEntry(g.text("stream"), g.int64("epoch"), g.symbol("state", StreamEntry.State.class),
                    rules(g.record("rules")), span(g), newest(g), playlist(g), g.list("sessions", Schemas::session)));

    static final RecordSchema<StreamExpiry> STREAM_EXPIRY = schema("StreamExpiry",
            (r, g) -> g.put("stream", r.stream()).put("firstSeenMs", r.firstSeenMs()).put("lastEpoch", r.lastEpoch())
                    .put("endMs", r.endMs()),
            g -> new StreamExpiry(g.text("stream"), g.int64("firstSeenMs"), g.int64("lastEpoch"), g.int64("endMs")));

    static final RecordSchema<Withdrawal> WITHDRAWAL = schema("Withdrawal",
            (r, g) -> g.put("stream", r.stream()).put("epoch", r.epoch()).put("firstSegment", r.extent().firstSegment())
                    .put("lastSegment", r.extent().lastSegment()).put("fromOffset", r.extent().fromOffset())
                    .put("toOffset", r.extent().toOffset()).put("fromMs", r.extent().fromMs())
                    .put("toMs", r.extent().toMs()).put("atMs", r.atMs()).put("reason", r.reason()),
            g -> new Withdrawal(g.text("stream"), g.int64("epoch"),
                    new Withdrawal.Extent(g.int64("firstSegment"), g.int64("lastSegment"), g.int64("fromOffset"),
                            g.int64("toOffset"), g.int64("fromMs"), g.int64("toMs")),
                    g.int64("atMs"), g.text("reason")));

    static final RecordSchema<IngestNode> INGEST_NODE = schema("IngestNode",
            (r, g) -> {
                g.put("node", r.node()).put("keyRequired", r.keyRequired());
                address(g, "rtmp", r.rtmp());
                address(g, "rtmps", r.rtmps());
            },
            g -> new IngestNode(g.text("node"), address(g, "rtmp"), address(g, "rtmps"), g.bool("keyRequired")));

    static final RecordSchema<LogVersion> LOG_VERSION = schema("LogVersion",
            (r, g) -> g.put("version", r.version()).put("release", r.release()).put("finalizedAtMs", r.finalizedAtMs()),
            g -> new LogVersion(g.int32("version"), g.text("release"), g.int64("finalizedAtMs")));

    static final RecordSchema<NodeHeartbeat> NODE_HEARTBEAT = schema("NodeHeartbeat",
            (r, g) -> g.put("node", r.node()).put("process", r.process()).put("clockMs", r.clockMs()),
            g -> new NodeHeartbeat(g.text("node"), g.int64("process"), g.int64("clockMs")));

    static final RecordSchema<EdgeNode> EDGE_NODE = schema("EdgeNode",
            (r, g) -> g.put("node", r.node()).put("viewers", r.viewers()),
            g -> new EdgeNode(g.text("node"), g.int32("viewers")));

    static final RecordSchema<StreamEvent> STREAM_EVENT = schema("StreamEvent",
            (r, g) -> cue(g, r.cue()).put("stream", r.stream()).put("type", r.type())
                    .put("position", r.cause().position())
                    .put("number", r.cause().number()).put("epoch", r.epoch()).put("session", r.session())
                    .put("atMs", r.atMs()).put("code", r.code()).put("text", r.text()),
            g -> new StreamEvent(g.text("stream"), g.symbol("type", StreamEvent.Type.class),
                    new StreamEvent.Cause(g.int64("position"), g.int32("number")), g.int64("epoch"),
                    g.int64("session"), g.int64("atMs"), g.text("code"), g.text("text"),
                    g.isNull("cue") ? null : Cue.read(g.record("cue"))));

    static final RecordSchema<DeadLetter> DEAD_LETTER = schema("DeadLetter",
            (r, g) -> g.put("webhook", r.webhook()).put("partition", r.place().partition())
                    .put("offset", r.place().offset()).put("status", r.status()).put("reason", r.reason())
                    .put("attempts", r.attempts()).put("atMs", r.atMs()).put("event", r.event()),
            g -> new DeadLetter(g.text("webhook"), new DeadLetter.Place(g.int32("partition"), g.int64("offset")),
                    g.int32("status"), g.text("reason"), g.int32("attempts"), g.int64("atMs"), g.bytes("event")));

    static final RecordSchema<Redelivery> REDELIVERY = schema("Redelivery",
            (r, g) -> g.put("webhook", r.webhook()).put("partition", r.place().partition())
                    .put("offset", r.place().offset()).put("state", r.state()).put("atMs", r.atMs())
                    .put("event", r.event()),
            g -> new Redelivery(g.text("webhook"), new DeadLetter.Place(g.int32("partition"), g.int64("offset")),
                    g.symbol("state", Redelivery.State.class), g.int64("atMs"), g.bytes("event")));

    static final RecordSchema<AudienceReport> AUDIENCE_REPORT = schema("AudienceReport",
            (r, g) -> g.put("stream", r.stream()).put("edge", r.edge()).put("atMs", r.atMs())
                    .put("players", r.players()).put("stalledPlayers", r.stalls().players())
                    .put("stalls", r.stalls().count())
                    .list("startDelayMs", r.measures().startDelayMs(), Schemas::bucket)
                    .list("latencyMs", r.measures().latencyMs(), Schemas::bucket)
                    .list("bitrateKbps", r.measures().bitrateKbps(), Schemas::bucket)
                    .list("bufferMs", r.measures().bufferMs(), Schemas::bucket),
            g -> new AudienceReport(g.text("stream"), g.text("edge"), g.int64("atMs"), g.int32("players"),
                    new AudienceReport.Stalls(g.int32("stalledPlayers"), g.int64("stalls")),
                    new AudienceReport.Measures(g.list("startDelayMs", Schemas::bucket),
                            g.list("latencyMs", Schemas::bucket), g.list("bitrateKbps", Schemas::bucket),
                            g.list("bufferMs", Schemas::bucket))));

    static final RecordSchema<Kick> KICK = schema("Kick",
            (r, g) -> g.put("stream", r.key().stream()).put("target", r.key().target()).put("detail", r.key().detail())
                    .put("atMs", r.atMs()).put("untilMs", r.untilMs()).put("reason", r.reason()),
            g -> new Kick(new Kick.Key(g.text("stream"), g.symbol("target", Kick.Target.class), g.text("detail")),
                    g.int64("atMs"), g.int64("untilMs"), g.text("reason")));

    private static final long PACKET_OF_VERSION_1 = PACKET.fingerprint(1);
    private static final Map<Long, RecordSchema.WrittenAs<? extends LogRecord>> BY_FINGERPRINT = byFingerprint();

    private Schemas() {}

    /** Thrown if a newer release wrote the rules of an epoch. */
    private static final class NewerRulesException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;
    }

    static LogRecord decode(ByteBuffer value) throws IOException {
        if (!hasHeader(value)) {
            throw new IllegalArgumentException("not an Avro single-object record");
        }
        long fingerprint = fingerprint(value);
        value.position(value.position() + RecordSchema.HEADER_BYTES);
        if (fingerprint == PACKET.fingerprint()) {
            return PayloadCodec.packet(value);
        }
        if (fingerprint == PACKET_OF_VERSION_1) {
            return PayloadCodec.packetOfVersion1(value);
        }
        if (fingerprint == PART.fingerprint()) {
            return PayloadCodec.part(value);
        }
        try {
            if (fingerprint == CUT.fingerprint()) {
                return CUTS.decode(value);
            }
            RecordSchema.WrittenAs<? extends LogRecord> written = BY_FINGERPRINT.get(fingerprint);
            return written == null ? new UnknownSchema(fingerprint) : written.decode(value);
        } catch (NewerRulesException _) {
            return new UnknownSchema(fingerprint);
        }
    }

    static Optional<UnknownSchema> unknown(ByteBuffer value) {
        if (!hasHeader(value)) {
            return Optional.empty();
        }
        long fingerprint = fingerprint(value);
        // Nearly all records in the topic packets have one of these schemas; checking them first avoids boxing each
        // fingerprint.
        if (fingerprint == PACKET.fingerprint() || fingerprint == PACKET_OF_VERSION_1) {
            return Optional.empty();
        }
        RecordSchema.WrittenAs<? extends LogRecord> written = BY_FINGERPRINT.get(fingerprint);
        if (written != null && !written.isOf(SESSION_STARTED)) {
            return Optional.empty();
        }
        return LogCodec.decode(value) instanceof UnknownSchema unknown ? Optional.of(unknown) : Optional.empty();
    }

    private static boolean hasHeader(ByteBuffer value) {
        int at = value.position();
        return value.remaining() >= RecordSchema.HEADER_BYTES && value.get(at) == (byte) 0xC3
                && value.get(at + 1) == 0x01;
    }

    private static long fingerprint(ByteBuffer value) {
        return value.order(ByteOrder.LITTLE_ENDIAN).getLong(value.position() + 2);
    }

    /** @param cue null for none */
    private static Generic cue(Generic g, Cue cue) {
        if (cue != null) {
            Generic child = g.child("cue");
            cue.write(child);
            g.put("cue", child);
        }
        return g;
    }

    private static void bucket(AudienceReport.Bucket bucket, Generic g) {
        g.put("index", bucket.index()).put("players", bucket.players());
    }

    private static AudienceReport.Bucket bucket(Generic g) {
        return new AudienceReport.Bucket(g.int32("index"), g.int32("players"));
    }

    private static Map<Long, RecordSchema.WrittenAs<? extends LogRecord>> byFingerprint() {
        List<RecordSchema<? extends LogRecord>> schemas = List.of(SESSION_STARTED, PACKET, SESSION_ENDED, GRACE_OVER,
                CUE_REQUEST, SESSION_NOTICE, CUT,
                EPOCH_ENDED, PART, INDEX_ENTRY, GAP, STREAM_ENTRY, STREAM_EXPIRY, WITHDRAWAL, INGEST_NODE, LOG_VERSION,
                SESSION_TRACKS, NODE_HEARTBEAT, STREAM_EVENT, DEAD_LETTER, AUDIENCE_REPORT, KICK, REDELIVERY,
                EDGE_NODE);
        Map<Long, RecordSchema.WrittenAs<? extends LogRecord>> byFingerprint = new HashMap<>();
        for (Map<String, Schema> version : PARSED) {
            for (RecordSchema<? extends LogRecord> schema : schemas) {
                if (version.containsKey(schema.name())) {
                    RecordSchema.WrittenAs<? extends LogRecord> written = schema.writtenAs(version.get(schema.name()));
                    byFingerprint.put(written.fingerprint(), written);
                }
            }
        }
        return byFingerprint;
    }

    private static Map<String, Schema> parse(String version) {
        Schema.Parser parser = new Schema.Parser();
        Map<String, Schema> schemas = new HashMap<>();
        for (String name : NAMES) {
            try (InputStream in = Schemas.class.getResourceAsStream("/avro/" + version + "/" + name + ".avsc")) {
                if (in != null) {
                    schemas.put(name, parser.parse(in));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return schemas;
    }

    private static <T extends LogRecord> RecordSchema<T> schema(String name, RecordSchema.ToGeneric<T> write,
            RecordSchema.FromGeneric<T> read) {
        return new RecordSchema<>(PARSED.stream().map(version -> version.get(name)).toList(), write, read);
    }

    private static Generic rules(Generic parent, EpochRules r) {
        return parent.child("rules").put("rulesVersion", r.rulesVersion()).put("segmentTargetMs", r.segmentTargetMs())
                .put("partTargetMs", r.partTargetMs()).put("windowMs", r.windowMs()).put("graceMs", r.graceMs())
                .symbols("formats", r.formats()).put("nonce", r.nonce());
    }

    /** @throws NewerRulesException if a newer release wrote the rules, so that this one cannot apply them */
    private static EpochRules rules(Generic g) {
        if (g.int32("rulesVersion") > EpochRules.CURRENT_VERSION) {
            throw new NewerRulesException();
        }
        return new EpochRules(g.int32("rulesVersion"), g.int32("segmentTargetMs"), g.int32("partTargetMs"),
                g.int32("windowMs"), g.int32("graceMs"), g.symbols("formats", Format.class), g.int64("nonce"));
    }

    private static Generic encoder(Generic g, Encoder e) {
        return g.put("node", e.node()).put("client", e.client()).put("address", e.address());
    }

    private static Encoder encoder(Generic g) {
        return new Encoder(g.text("node"), g.text("client"), g.text("address"));
    }

    private static Generic part(Generic g, PartId id) {
        return g.put("epoch", id.epoch()).put("segment", id.segment()).put("part", id.part());
    }

    private static PartId part(Generic g) {
        return new PartId(g.int64("epoch"), g.int64("segment"), g.int32("part"));
    }

    private static Generic rendition(Generic g, RenditionId r) {
        return g.put("format", r.format()).list("tracks", r.tracks(),
                (track, t) -> t.put("kind", track.kind()).put("id", track.id()));
    }

    private static RenditionId rendition(Generic g) {
        return new RenditionId(g.symbol("format", Format.class),
                g.list("tracks", Schemas::trackId));
    }

    private static TrackId trackId(Generic g) {
        return new TrackId(g.symbol("kind", Packet.Kind.class), g.int32("id"));
    }

    private static void source(SourcePart source, Generic g) {
        TrackId track = source.track();
        g.put("track", g.child("track").put("kind", track.kind()).put("id", track.id()))
                .put("partsOffset", source.place().offset()).put("sizeBytes", source.place().sizeBytes())
                .put("initBytes", source.place().initBytes()).put("check", source.place().check())
                .put("keyframeBytes", source.place().keyframeBytes());
    }

    private static SourcePart source(Generic g) {
        return new SourcePart(trackId(g.record("track")),
                new PartPlace(g.int64("partsOffset"), g.int32("sizeBytes"), g.int32("initBytes"), g.int32("check"),
                        g.int32("keyframeBytes")));
    }

    private static Generic times(Generic g, PartTimes t) {
        return g.put("startTicks", t.startTicks()).put("durationTicks", t.durationTicks())
                .put("programDateTimeMs", t.programDateTimeMs()).put("arrivalUs", t.arrivalUs());
    }

    private static PartTimes times(Generic g) {
        return new PartTimes(g.int64("startTicks"), g.int64("durationTicks"), g.int64("programDateTimeMs"),
                g.int64("arrivalUs"));
    }

    /**
     * @param independent name of the field for {@link SegmentStart#independent}, which differs between segment heads
     *     and index records
     */
    private static Generic start(Generic g, SegmentStart s, String independent) {
        return g.put(independent, s.independent()).put("discontinuous", s.discontinuous())
                .put("discontinuity", s.discontinuity()).put("targetDurationS", s.targetDurationS())
                .put("periodTicks", s.period().startTicks()).put("periodMs", s.period().programDateTimeMs());
    }

    private static SegmentStart start(Generic g, String independent) {
        return new SegmentStart(g.bool(independent), g.bool("discontinuous"), g.int64("discontinuity"),
                g.int32("targetDurationS"), new PeriodStart(g.int64("periodTicks"), g.int64("periodMs")));
    }

    private static Generic head(Generic parent, Cut.SegmentHead h) {
        Generic g = start(parent.child("head"), h.start(), "independent");
        return g.put("rules", rules(g, h.rules())).put("originMs", h.originMs())
                .put("timestampOffsetMs", h.timestampOffsetMs()).put("state", h.state())
                .list("tracks", h.tracks(), Schemas::track);
    }

    private static Cut.SegmentHead head(Generic g) {
        List<Track> tracks = g.list("tracks", Schemas::track);
        return new Cut.SegmentHead(rules(g.record("rules")), start(g, "independent"),
                tracks.isEmpty() ? tracksOfVersion1(g) : tracks, g.int64("originMs"), g.int64("timestampOffsetMs"),
                g.bytes("state"));
    }

    /** Version 1 has one field for each default track and each of its properties. */
    private static List<Track> tracksOfVersion1(Generic g) {
        return Stream.of(trackOfVersion1(g, "video", Packet.Kind.VIDEO), trackOfVersion1(g, "audio", Packet.Kind.AUDIO))
                .flatMap(Optional::stream).toList();
    }

    private static Optional<Track> trackOfVersion1(Generic g, String name, Packet.Kind kind) {
        return g.isNull(name + "Codec") || g.isNull(name + "Config")
                ? Optional.empty()
                : Optional.of(new Track(0, kind, g.text(name + "Codec"), g.bytes(name + "Config")));
    }

    /** Encodes a cut in the newest schema. */
    static byte[] encode(Cut cut) {
        return CUTS.encode(cut);
    }

    private static void cut(Cut r, Generic g) {
        times(part(g, r.id()), r.times()).put("session", r.session()).put("last", r.last())
                .put("independent", r.independent()).put("firstOffset", r.packets().firstOffset())
                .put("lastOffset", r.packets().lastOffset())
                .put("head", r.head() == null ? null : head(g, r.head()))
                .list("cues", r.cues(), Cue::write).list("samples", r.samples(), Schemas::sample);
    }

    private static Cut cut(Generic g, List<Cut.Sample> samples) {
        return new Cut(part(g), g.int64("session"), g.bool("last"), g.bool("independent"),
                new Cut.PacketRange(g.int64("firstOffset"), g.int64("lastOffset")), times(g),
                g.isNull("head") ? null : head(g.record("head")), g.list("cues", Cue::read), samples);
    }

    private static void sample(Cut.Sample s, Generic g) {
        g.put("offsetDelta", s.offsetDelta()).put("kind", s.kind()).put("track", s.track()).put("dts", s.dts())
                .put("compositionTicks", s.compositionTicks()).put("duration", s.duration())
                .put("keyframe", s.keyframe());
    }

    private static Cut.Sample sample(Generic g) {
        return new Cut.Sample(g.int32("offsetDelta"), g.symbol("kind", Packet.Kind.class), g.int32("track"),
                g.int64("dts"), g.int32("compositionTicks"), g.int32("duration"), g.bool("keyframe"));
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

    private static Generic span(Generic g, StreamEntry.Span s) {
        return g.put("firstOffset", s.firstOffset()).put("lastOffset", s.lastOffset())
                .put("startedAtMs", s.startedAtMs()).put("endedAtMs", s.endedAtMs());
    }

    private static StreamEntry.Span span(Generic g) {
        return new StreamEntry.Span(g.int64("firstOffset"), g.int64("lastOffset"), g.int64("startedAtMs"),
                g.int64("endedAtMs"));
    }

    private static Generic newest(Generic g, StreamEntry.NewestSession n) {
        return encoder(g, n.encoder()).put("session", n.number()).put("sessionOffset", n.offset())
                .put("timestampOffsetMs", n.timestampOffsetMs()).put("sessionStartedAtMs", n.startedAtMs())
                .list("tracks", n.tracks(), Schemas::track).list("warnings", n.warnings(), Schemas::warning);
    }

    private static StreamEntry.NewestSession newest(Generic g) {
        return new StreamEntry.NewestSession(g.int64("session"), g.int64("sessionOffset"),
                g.int64("timestampOffsetMs"), g.int64("sessionStartedAtMs"), encoder(g),
                g.list("tracks", Schemas::track), g.list("warnings", Schemas::warning));
    }

    private static Generic playlist(Generic g, StreamEntry.Playlist p) {
        return g.put("targetDurationS", p.targetDurationS()).put("partTargetTicks", p.partTargetTicks())
                .put("lastSegment", p.lastSegment()).put("bitrate", p.bitrate());
    }

    private static StreamEntry.Playlist playlist(Generic g) {
        return new StreamEntry.Playlist(g.int32("targetDurationS"), g.int64("partTargetTicks"), g.int64("lastSegment"),
                g.int64("bitrate"));
    }

    private static void track(Track t, Generic g) {
        g.put("id", t.id()).put("kind", t.kind()).put("codec", t.codec()).put("config", t.config())
                .put("timescale", t.timescale()).put("language", t.language()).put("name", t.name())
                .put("captions", t.captions());
    }

    private static Track track(Generic g) {
        return new Track(g.int32("id"), g.symbol("kind", Packet.Kind.class), g.text("codec"), g.bytes("config"),
                g.int32("timescale"), g.text("language"), g.text("name"), g.texts("captions"));
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
