package io.millrace.platform.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class LogCodecTest {
    private static final EpochRules RULES = new EpochRules(1, 2000, 500, 30_000, 30_000, List.of(Format.TS));
    private static final Packet PACKET = new Packet(17, 3, 1_700_000_000_000_000L, 40, -40, Packet.Kind.VIDEO, 0,
            Packet.Content.KEYFRAME, bytes(1, 2, 3));

    private static final Cue CUE = new Cue("break-7@1042", 1_043, new Cue.Place(4, 1, 960), 1_700, Cue.UNKNOWN, 30_000,
            List.of(new Cue.Attribute("SCTE35-OUT", "0xFC30")));
    private static final Cut CUED = new Cut(new PartId(17, 4, 1), 18, true, false, new Cut.PacketRange(141, 150),
            new PartTimes(225_000, 45_000, 2_200, 2_300), null, List.of(CUE), List.of());

    private static final long PROCESS = 0x0123456789abcdefL;

    static Stream<LogRecord> records() {
        Cut.SegmentHead head = new Cut.SegmentHead(RULES, new SegmentStart(true, false, 1, 2),
                List.of(new Track(0, Packet.Kind.VIDEO, "AVC", bytes(1, 100))), -5, 1000, bytes(9));
        Cut.Sample sample = new Cut.Sample(2, Packet.Kind.AUDIO, 0, 48_000, 0, 1024, true);
        return Stream.of(
                new SessionStarted(SessionStarted.Role.PRIMARY, new Encoder("node-1", "FMLE/3.0", "127.0.0.1:5"),
                        1_700L, RULES),
                PACKET, new SessionEnded(17, 5, SessionEnded.Reason.SUSPECTED, "node is silent"), new GraceOver(17, 6),
                new SessionNotice("live/show", 17, SessionNotice.State.LIVE, new Encoder("n", "c", "a"), 1, 2, 3,
                        PROCESS),
                new Cut(new PartId(17, 4, 0), 18, false, true, new Cut.PacketRange(100, 140),
                        new PartTimes(180_000, 45_000, 1_700, 1_800), head, List.of(sample)),
                new Cut(new PartId(17, 4, 1), 18, true, false, new Cut.PacketRange(141, 150),
                        new PartTimes(225_000, 45_000, 2_200, 2_300), null, List.of()),
                new Part(new PartId(17, 4, 0), RenditionId.TS, bytes(0x47, 0, 0)),
                new IndexEntry(new PartId(17, 4, 0), true, RenditionId.TS, new PartPlace(55, 188),
                        new PartTimes(1, 2, 3, 4),
                        true, new Keyframe(18, 100, -3), new SegmentStart(true, false, 1, 2)),
                new Gap(new PartId(17, 5, 2), RenditionId.TS, Gap.Reason.EXPIRED, new PartTimes(1, 2, 3, 4),
                        new SegmentStart(true, false, 1, 2)),
                new StreamEntry("live/show", 17, StreamEntry.State.GRACE, RULES, new StreamEntry.Span(1, 3, 5, 7),
                        new StreamEntry.NewestSession(18, 2, 4, 6, new Encoder("n", "c", "a"),
                                List.of(new Track(0, Packet.Kind.VIDEO, "AVC", bytes(1, 2))),
                                List.of(new StreamEntry.Warning("long_gop", "keyframes every 10 s"))),
                        new StreamEntry.Playlist(2, 41, 2_500_000),
                        List.of(new StreamEntry.Session(17, 1, 2, 3, 4, List.of("avc1.64001f")))),
                new IngestNode("n", new IngestNode.Address("live.example.com", 1935), null, true),
                new IngestNode("n", null, new IngestNode.Address(null, 443), false),
                new EpochEnded(17, 41, 1_700), new StreamExpiry("live/show", 1, 17, 1_700));
    }

    @ParameterizedTest
    @MethodSource({"records", "recordsSinceVersion2"})
    void roundTrips(LogRecord record) {
        assertThat(LogCodec.decode(ByteBuffer.wrap(LogCodec.encode(record)))).isEqualTo(record);
    }

    /** Records with what version 1 of the log does not have. */
    static Stream<LogRecord> recordsSinceVersion2() {
        var rules = new EpochRules(1, 2_000, 500, 12_000, 30_000, List.of(Format.TS), 0x8c1e2f3a9b0dL);
        return Stream.of(
                new SessionStarted(SessionStarted.Role.PRIMARY, new Encoder("node-1", "FMLE/3.0", "127.0.0.1:5"),
                        1_700L, rules, 3),
                new IndexEntry(new PartId(17, 4, 0), true, RenditionId.TS, new PartPlace(55, 188, -4711),
                        new PartTimes(1, 2, 3, 4), true, new Keyframe(18, 100, -3),
                        new SegmentStart(true, false, 1, 2)),
                new SessionTracks(17, new TrackSet("AVC", "AAC")), new SessionTracks(17, new TrackSet(null, "OPUS")),
                new NodeHeartbeat("n", PROCESS, 1_700),
                new Withdrawal("live/show", 17, new Withdrawal.Extent(3, 9, 55, 99, 1_700, 2_400), 3_000, "by mistake"),
                new StreamEvent("live/show", StreamEvent.Type.WARNING, new StreamEvent.Cause(140, 1), 17, 18, 5,
                        "long_gop", "keyframes every 10 s"),
                new CueRequest("break-7", true, 1_700, 0, 30_000,
                        List.of(new Cue.Attribute("SCTE35-OUT", "0xFC30"), new Cue.Attribute("X-B", "é")), 1_600),
                CUED, new IndexEntry(new PartId(17, 4, 1), true, RenditionId.TS, new PartPlace(55, 188, -4711),
                        new PartTimes(1, 2, 3, 4), true, new Keyframe(18, 100, -3),
                        new SegmentStart(true, false, 1, 2).withCues(List.of(CUE))),
                new Gap(new PartId(17, 4, 1), RenditionId.TS, Gap.Reason.MEDIA, new PartTimes(1, 2, 3, 4),
                        new SegmentStart(true, false, 1, 2).withCues(List.of(CUE))),
                new StreamEvent("live/show", StreamEvent.Type.CUE, new StreamEvent.Cause(1_042, 0), 17, 18, 5, "", "",
                        CUE),
                new DeadLetter("billing", new DeadLetter.Place(3, 41), 400, "status 400", 1, 5, bytes(1, 2)),
                new Redelivery("billing", new DeadLetter.Place(3, 41), Redelivery.State.REQUESTED, 6, bytes(1, 2)),
                new AudienceReport("live/show", "e1", 1_700, 3, new AudienceReport.Stalls(1, 4),
                        new AudienceReport.Measures(List.of(new AudienceReport.Bucket(64, 2)), List.of(),
                                List.of(new AudienceReport.Bucket(3, 1), new AudienceReport.Bucket(70, 2)),
                                List.of())),
                new Kick(new Kick.Key("live/show", Kick.Target.VIEWER, "9f86d081884c7d659a2feaa0c55ad015-1767225600"),
                        1_700, 2_400, "shared its token"),
                new Kick(Kick.ofSubject("9f86d081884c7d659a2feaa0c55ad015"), 1_700, 2_400, ""),
                new EdgeNode("e1", 120));
    }

    private static List<String> lines(String golden) throws IOException {
        try (InputStream in = LogCodecTest.class.getResourceAsStream("/log/" + golden)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
        }
    }

    /** Renditions of named tracks, init sections, and tracks with all their properties. */
    static Stream<LogRecord> tracksAndRenditions() {
        var japanese = new Track(3, Packet.Kind.AUDIO, "OPUS", bytes(1, 2), 48_000, "ja", "Commentary");
        var video = new Track(0, Packet.Kind.VIDEO, "AV1", bytes(1), 90_000);
        var head = new Cut.SegmentHead(RULES, new SegmentStart(true, false, 1, 2), List.of(video, japanese), -5, 1_000,
                bytes(9));
        var ofOne = new RenditionId(Format.TS, List.of(new TrackId(Packet.Kind.AUDIO, 3)));
        var ofMany = new RenditionId(Format.TS, IntStream.range(0, RenditionId.MAX_TRACKS)
                .mapToObj(id -> new TrackId(Packet.Kind.VIDEO, Integer.MAX_VALUE - RenditionId.MAX_TRACKS + id))
                .toList());
        var cmaf = RenditionId.cmaf(japanese.trackId());
        var first = new PartId(17, 4, 0);
        return Stream.of(
                new Cut(new PartId(17, 4, 0), 18, false, true, new Cut.PacketRange(100, 100), new PartTimes(0, 1, 2, 3),
                        head,
                        List.of(new Cut.Sample(0, Packet.Kind.VIDEO, 0, 0, 0, 3_000, true),
                                new Cut.Sample(0, Packet.Kind.AUDIO, 3, 0, 0, 960, true))),
                new Part(first, cmaf, bytes(1, 2, 3)), new Part(first, ofMany, bytes(1, 2, 3)),
                new IndexEntry(first, false, cmaf, new PartPlace(55, 188, 100, -4711), new PartTimes(1, 0, 3, 4), false,
                        new Keyframe(18, Keyframe.NONE, 0), new SegmentStart(true, false, 1, 2)),
                new IndexEntry(first, false, RenditionId.TS, new PartPlace(55, 188, -4711).madeFrom(List.of(
                        new SourcePart(TrackId.VIDEO, new PartPlace(61, 300, 100, 5, 120)),
                        new SourcePart(TrackId.AUDIO, new PartPlace(60, 40, 20, -6)))), new PartTimes(1, 0, 3, 4),
                        false, new Keyframe(18, Keyframe.NONE, 0), new SegmentStart(true, false, 1, 2)),
                new Gap(new PartId(17, 5, 2), cmaf, Gap.Reason.EMPTY, new PartTimes(1, 2, 3, 4),
                        new SegmentStart(true, false, 1, 2)),
                new Gap(new PartId(17, 5, 2), ofOne, Gap.Reason.BUG, new PartTimes(1, 2, 3, 4),
                        new SegmentStart(true, false, 1, 2)));
    }

    @ParameterizedTest
    @MethodSource("tracksAndRenditions")
    void roundTripsTracksAndRenditions(LogRecord record) {
        roundTrips(record);
        truncationIsUndecodable(record);
        if (record instanceof Part part) {
            assertThat(LogCodec.encode(part)).isEqualTo(Schemas.PART.encode(part));
        }
    }

    @Test
    void partOfTooManyTracksIsUndecodable() {
        Part part = tracksAndRenditions().filter(Part.class::isInstance).map(Part.class::cast).toList().getLast();
        byte[] encoded = LogCodec.encode(part);
        int count = 10 + 4; // after the header, three small numbers and the format
        assertThat(encoded[count]).isEqualTo((byte) (RenditionId.MAX_TRACKS * 2));
        for (int wrong : List.of(RenditionId.MAX_TRACKS + 1, -1)) {
            encoded[count] = (byte) (wrong << 1 ^ wrong >> 31);
            assertThat(LogCodec.decode(ByteBuffer.wrap(encoded))).isInstanceOf(Undecodable.class);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new RenditionId(Format.TS,
                Collections.nCopies(RenditionId.MAX_TRACKS + 1, new TrackId(Packet.Kind.AUDIO, 0))));
    }

    /** The same tracks in another order would be another identity. */
    @Test
    void tracksOfRenditionAreInOrderAndDifferent() {
        var video = new TrackId(Packet.Kind.VIDEO, 0);
        var audio = new TrackId(Packet.Kind.AUDIO, 0);
        var second = new TrackId(Packet.Kind.AUDIO, 1);
        for (List<TrackId> tracks : List.of(List.of(second, audio), List.of(audio, audio), List.of(video, audio))) {
            assertThatIllegalArgumentException().isThrownBy(() -> new RenditionId(Format.TS, tracks));
        }
        assertThat(new RenditionId(Format.TS, List.of(audio, second, video)).tracks()).hasSize(3);
    }

    @Test
    void cmafRenditionHasOneTrack() {
        var video = new TrackId(Packet.Kind.VIDEO, 0);
        var audio = new TrackId(Packet.Kind.AUDIO, 0);
        for (List<TrackId> tracks : List.of(List.<TrackId>of(), List.of(audio, video))) {
            assertThatIllegalArgumentException().isThrownBy(() -> new RenditionId(Format.CMAF, tracks));
        }
    }

    @Test
    void initSectionIsNotLargerThanRecord() {
        assertThat(new PartPlace(55, 188, 188, 0).mediaBytes()).isZero();
        for (int wrong : List.of(189, -1)) {
            assertThatIllegalArgumentException().isThrownBy(() -> new PartPlace(55, 188, wrong, 0));
        }
    }

    /** A release that knows the format wrote the record; this one can tell it from a damaged record. */
    @Test
    void bodyMayHaveUnknownFormat() {
        Packet packet = new Packet(17, 3, 1, 40, 0, Packet.Kind.VIDEO, 0, Packet.Content.KEYFRAME, 7, bytes(1, 2, 3));
        byte[] encoded = LogCodec.encode(packet);
        assertThat(LogCodec.unknownSchema(encoded)).isEmpty();
        assertThat(LogCodec.decode(ByteBuffer.wrap(encoded))).isEqualTo(packet);
        for (Packet copy : List.of(packet.numbered(18, 4), packet.at(18, 4, 5, 6), packet.withBody(bytes(9)))) {
            assertThat(copy.bodyFormat()).isEqualTo(7);
        }
    }

    /** A line per record: its type, and its bytes as version 1 of the log has them. */
    @Test
    void readsVersion1() throws IOException {
        assertThat(lines("records-v1.hex").stream().map(line -> line.substring(line.indexOf(' ') + 1))
                .map(hex -> LogCodec.decode(ByteBuffer.wrap(HexFormat.of().parseHex(hex)))))
                .containsExactlyElementsOf(records().map(LogCodecTest::asOfVersion1).toList());
    }

    private static LogRecord asOfVersion1(LogRecord record) {
        return record instanceof SessionNotice it
                ? new SessionNotice(it.stream(), it.session(), it.state(), it.encoder(), it.startedAtMs(),
                        it.noticedAtMs(), it.graceMs(), SessionNotice.NO_PROCESS)
                : record;
    }

    @Test
    void writesVersion2() throws IOException {
        assertThat(Stream.concat(records(), recordsSinceVersion2())
                .map(record -> record.getClass().getSimpleName() + " "
                        + HexFormat.of().formatHex(LogCodec.encode(record))))
                .containsExactlyElementsOf(lines("records-v2.hex"));
    }

    @ParameterizedTest
    @MethodSource({"records", "recordsSinceVersion2"})
    void truncationIsUndecodable(LogRecord record) {
        byte[] encoded = LogCodec.encode(record);
        for (int size = 0; size < encoded.length; size++) {
            assertThat(LogCodec.decode(ByteBuffer.wrap(encoded, 0, size))).as("%d bytes", size)
                    .isInstanceOf(Undecodable.class);
        }
    }

    /** Avro reports such a length by another exception than other damage. */
    @Test
    void stringOfImpossibleLengthIsUndecodable() {
        byte[] encoded = LogCodec.encode(new NodeHeartbeat("node-name", PROCESS, 1_700));
        System.arraycopy(HexFormat.of().parseHex("f0ffffff0f"), 0, encoded, RecordSchema.HEADER_BYTES, 5);
        assertThat(LogCodec.decode(ByteBuffer.wrap(encoded))).isInstanceOf(Undecodable.class);
    }

    @Property
    void handWrittenPacketsEqualAvroBytes(@ForAll("packets") Packet packet) {
        byte[] encoded = LogCodec.encode(packet);
        assertThat(encoded).isEqualTo(Schemas.PACKET.encode(packet));
        assertThat(LogCodec.decode(ByteBuffer.wrap(encoded))).isEqualTo(packet);
    }

    @Test
    void handWrittenCodecMatchesAvro() {
        Part part = new Part(new PartId(Long.MAX_VALUE, 1L << 40, 7), RenditionId.TS, bytes(1, 2, 3));
        assertThat(LogCodec.encode(part)).isEqualTo(Schemas.PART.encode(part));
    }

    @Property
    void handWrittenCutsEqualAvroBytes(@ForAll("cuts") Cut cut) {
        byte[] encoded = LogCodec.encode(cut);
        assertThat(encoded).isEqualTo(Schemas.CUT.encode(cut));
        assertThat(LogCodec.decode(ByteBuffer.wrap(encoded))).isEqualTo(cut);
    }

    /** Avro's readers accept an array in several blocks, each with its size in bytes if its count is negative. */
    @Test
    void readsSamplesInSeveralBlocks() {
        var samples = List.of(new Cut.Sample(0, Packet.Kind.VIDEO, 0, 0, 0, 1, true),
                new Cut.Sample(1, Packet.Kind.AUDIO, 0, 0, 0, 1, true));
        Cut cut = new Cut(new PartId(1, 2, 3), 4, true, true, new Cut.PacketRange(5, 6), new PartTimes(7, 8, 9, 10),
                null, samples);
        String encoded = HexFormat.of().formatHex(LogCodec.encode(cut));
        String first = "00020000000201";
        String second = "02000000000201";
        String before = encoded.substring(0, encoded.length() - "04".length() - 2 * first.length() - "00".length());
        assertThat(encoded).isEqualTo(before + "04" + first + second + "00");
        byte[] blocks = HexFormat.of().parseHex(before + "02" + first + "010e" + second + "00");
        assertThat(LogCodec.decode(ByteBuffer.wrap(blocks))).isEqualTo(cut);
    }

    @Test
    void payloadSharesMemoryOfRecord() {
        byte[] encoded = LogCodec.encode(PACKET);
        Packet packet = (Packet) LogCodec.decode(ByteBuffer.wrap(encoded));
        assertThat(packet.body().array()).isSameAs(encoded);
    }

    @Test
    void decodesWithinLargerBuffer() {
        byte[] encoded = LogCodec.encode(PACKET);
        ByteBuffer fetch = ByteBuffer.allocate(encoded.length + 20).position(7).put(encoded).limit(7 + encoded.length)
                .position(7);
        assertThat(LogCodec.decode(fetch)).isEqualTo(PACKET);
        assertThat(fetch.position()).isEqualTo(7);
    }

    @Property
    void anyBytesAreRecordOrUndecodable(@ForAll @Size(max = 200) byte[] bytes) {
        assertThat(LogCodec.decode(ByteBuffer.wrap(bytes))).isNotNull();
    }

    @Property
    void damagedRecordsAreRecordOrUndecodable(@ForAll("damaged") byte[] bytes) {
        assertThat(LogCodec.decode(ByteBuffer.wrap(bytes))).isNotNull();
    }

    @Test
    void rulesOfNewerReleaseAreUnknownSchema() {
        var rules = new EpochRules(EpochRules.CURRENT_VERSION + 1, 2_000, 500, 30_000, 30_000, List.of(Format.TS));
        byte[] encoded = LogCodec.encode(
                new SessionStarted(SessionStarted.Role.PRIMARY, new Encoder("node", "client", "address"), 1, rules));
        assertThat(LogCodec.decode(ByteBuffer.wrap(encoded))).isInstanceOf(UnknownSchema.class);
        assertThat(LogCodec.unknownSchema(encoded)).isPresent();
        assertThat(rules.ofWrittenLog().rulesVersion()).isEqualTo(EpochRules.CURRENT_VERSION);
    }

    @Test
    void unknownSchemaIsNoDamage() {
        byte[] encoded = LogCodec.encode(PACKET);
        assertThat(LogCodec.unknownSchema(encoded)).isEmpty();
        encoded[5] ^= 1;
        assertThat(LogCodec.decode(ByteBuffer.wrap(encoded))).isInstanceOf(UnknownSchema.class)
                .isEqualTo(LogCodec.unknownSchema(encoded).orElseThrow());
        assertThat(LogCodec.unknownSchema(new byte[]{1, 2, 3})).isEmpty();
    }

    @Provide
    static Arbitrary<Packet> packets() {
        var numbers = Arbitraries.longs().array(long[].class).ofSize(5);
        var body = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
        return Combinators
                .combine(numbers, Arbitraries.integers(), Arbitraries.of(Packet.Kind.class),
                        Arbitraries.of(Packet.Content.class), body)
                .as((n, cts, kind, content, b) -> new Packet(n[0], n[1], n[2], n[3], cts, kind, cts & 7, content, n[4],
                        ByteBuffer.wrap(b)));
    }

    @Provide
    static Arbitrary<Cut> cuts() {
        List<Cut> examples = Stream.concat(records(), recordsSinceVersion2()).filter(Cut.class::isInstance)
                .map(Cut.class::cast).toList();
        var samples = Combinators
                .combine(Arbitraries.integers().array(int[].class).ofSize(4), Arbitraries.of(Packet.Kind.class),
                        Arbitraries.longs(), Arbitraries.of(true, false))
                .as((n, kind, dts, keyframe) -> new Cut.Sample(n[0], kind, n[1], dts, n[2], n[3], keyframe)).list()
                .ofMaxSize(100);
        return Combinators.combine(Arbitraries.of(examples), samples).as((cut, some) -> new Cut(cut.id(),
                cut.session(), cut.last(), cut.independent(), cut.packets(), cut.times(), cut.head(), some));
    }

    @Provide
    static Arbitrary<byte[]> damaged() {
        List<byte[]> encoded = records().map(LogCodec::encode).toList();
        return Arbitraries.of(encoded).flatMap(record -> Combinators
                .combine(Arbitraries.integers().between(0, record.length - 1), Arbitraries.bytes()).as((at, b) -> {
                    byte[] damaged = record.clone();
                    damaged[at] = b;
                    return damaged;
                }));
    }

    private static ByteBuffer bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (int value : values) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }
}
