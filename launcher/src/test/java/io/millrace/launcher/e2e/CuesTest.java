package io.millrace.launcher.e2e;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.EdgeService;
import io.millrace.edge.EdgeSettings;
import io.millrace.ingest.IngestService;
import io.millrace.ingest.IngestSettings;
import io.millrace.ingest.PublicRtmp;
import io.millrace.ingest.publish.MediaLimits;
import io.millrace.media.amf.Amf0Writer;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.packager.PackagerService;
import io.millrace.packager.loop.PackagerSettings;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoutes;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.kafka.Topics;
import io.millrace.platform.log.Cue;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.StreamEvent;
import io.millrace.platform.rtmp.PlayApplication;
import io.millrace.platform.rtmp.RtmpClient;
import io.millrace.platform.rtmp.RtmpException;
import io.millrace.segmenter.SegmenterService;
import io.millrace.segmenter.SegmenterSettings;
import io.millrace.testkit.Patience;
import io.millrace.testkit.PatientRtmp;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static io.millrace.media.amf.AmfValue.field;
import static org.assertj.core.api.Assertions.assertThat;

/** Cues of an encoder and of the API, from RTMP and the admin port to the playlists and MPDs of two edges. */
@SlowTest
@ExtendWith(SharedBroker.class)
class CuesTest {
    private static final EpochRules RULES = new EpochRules(EpochRules.CURRENT_VERSION, 1_000, 200, 60_000, 1_000,
            List.of(Format.TS, Format.CMAF));
    private static final int FRAME_MS = 40;
    private static final int GOP_MS = 1_000;
    private static final Pattern RANGE = Pattern
            .compile("#EXT-X-DATERANGE:ID=\"([^\"]+)\",START-DATE=\"([^\"]+)\"(.*)");
    private static final Pattern TIME = Pattern.compile("#EXT-X-PROGRAM-DATE-TIME:(.*)");

    @TempDir
    private Path dir;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> fatal = new CopyOnWriteArrayList<>();
    private long videoMs;
    private long sounds;

    private void fatal(String what, Throwable cause) {
        fatal.add(what + ": " + cause);
    }

    private EdgeService edge(String node, KafkaClients kafka) {
        return EdgeService.start(EdgeSettings.of("127.0.0.1", 0, node).withRtmp(PatientRtmp.listen()), kafka,
                new SimpleMeterRegistry(), this::fatal);
    }

    @Test
    void areTheSameOnAllEdgesInAllFormats(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("cues-e2e.");
        try (SegmenterService _ = SegmenterService.start(
                SegmenterSettings.below(dir, 0, new Topics.Replicas(1)), kafka, new SimpleMeterRegistry(), this::fatal);
                PackagerService packager = PackagerService.start(PackagerSettings.of("p"), kafka,
                        new SimpleMeterRegistry(), this::fatal);
                EdgeService one = edge("e1", kafka);
                EdgeService two = edge("e2", kafka);
                IngestService ingest = IngestService.start(
                        new IngestSettings(PatientRtmp.listen(), "i", new PublicRtmp.Listening(null), RULES,
                                AccessSettings.OPEN, 0, MediaLimits.DEFAULT, IngestSettings.Limits.DEFAULT),
                        PlayApplication.none("none"), kafka, new SimpleMeterRegistry(), this::fatal)) {
            packager.ready().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
            URI url = URI.create("rtmp://127.0.0.1:" + ingest.port() + "/live/show");
            try (RtmpClient encoder = PatientRtmp.publish(url)) {
                publish(encoder, one, two);
            }
            List<String> playlists = playlists(one);
            Patience.await().untilAsserted(() -> {
                for (String playlist : playlists) {
                    assertThat(get(one, playlist)).contains("#EXT-X-ENDLIST");
                    assertThat(get(two, playlist)).isEqualTo(get(one, playlist));
                }
            });
            over(one, two, playlists);
        }
        events(kafka);
        assertThat(fatal).isEmpty();
    }

    private void publish(RtmpClient encoder, EdgeService one, EdgeService two) throws Exception {
        encoder.send(MediaKind.VIDEO, 0, Records.videoConfig(0, 0, Records.AVC_RECORD).body());
        encoder.send(MediaKind.AUDIO, 0, Records.audioConfig(0, 0, Records.AAC_RECORD).body());
        media(encoder, 3_000);
        encoder.send(MediaKind.DATA, 3_020, cuePoint());
        media(encoder, 5_000);
        Patience.await().untilAsserted(() -> {
            assertThat(status(one, "/live/show.m3u8")).isEqualTo(200);
            assertThat(status(two, "/live/show.m3u8")).isEqualTo(200);
            assertThat(post(two, Map.of("id", "probe", "X-A", "\"")).status()).as("knows the stream").isEqualTo(400);
        });
        assertThat(post(one, Map.of("id", "break", "duration", "open", "SCTE35-OUT", "0xFC30")).status())
                .isEqualTo(202);
        media(encoder, 8_000);
        assertThat(post(two, Map.of("id", "break", "end", "true", "SCTE35-IN", "0xFC31")).status()).isEqualTo(202);
        media(encoder, 11_000);
        live(one, two);
    }

    /** The playlists as of a part, which both edges have. */
    private void live(EdgeService one, EdgeService two) throws Exception {
        for (String playlist : playlists(one)) {
            String query = playlist.contains("/ts/") ? "" : "?_HLS_msn=9&_HLS_part=1";
            Patience.await().untilAsserted(() -> {
                String first = get(one, playlist + query);
                assertThat(ranges(first)).hasSize(3);
                assertThat(get(two, playlist + query)).isEqualTo(first);
            });
        }
    }

    private void over(EdgeService one, EdgeService two, List<String> playlists) throws Exception {
        List<String> expected = ranges(get(one, playlists.getFirst()));
        assertThat(expected).hasSize(3);
        for (String playlist : playlists) {
            assertThat(ranges(get(one, playlist))).as(playlist).isEqualTo(expected);
        }
        String text = get(one, playlists.getFirst());
        Matcher first = TIME.matcher(text);
        assertThat(first.find()).isTrue();
        Instant start = Instant.parse(first.group(1));
        List<Matcher> ranges = expected.stream().map(RANGE::matcher).filter(Matcher::matches).toList();
        assertThat(Duration.between(start, Instant.parse(ranges.get(0).group(2)))).isEqualTo(Duration.ofMillis(3_020));
        assertThat(ranges.get(0).group(1)).startsWith("onCuePoint@");
        assertThat(ranges.get(0).group(3)).isEqualTo(
                ",DURATION=1.500,CLASS=\"onCuePoint\",X-NAME=\"ad\",X-TYPE=\"event\",X-DURATION=\"1.5\"");
        assertThat(ranges.get(1).group(1)).startsWith("break@").isEqualTo(ranges.get(2).group(1));
        assertThat(ranges.get(1).group(2)).isEqualTo(ranges.get(2).group(2));
        assertThat(ranges.get(1).group(3)).isEqualTo(",SCTE35-OUT=0xFC30");
        assertThat(ranges.get(2).group(3)).matches(",DURATION=[0-9]+\\.[0-9]{3},SCTE35-IN=0xFC31");
        String past = playlists(one, "/live/show@ts.m3u8?start=" + start).getFirst();
        assertThat(ranges(get(one, past))).as("past").isEqualTo(expected);
        assertThat(get(two, past)).isEqualTo(get(one, past));
        String mpd = get(one, "/live/show.mpd");
        assertThat(get(two, "/live/show.mpd")).isEqualTo(mpd);
        assertThat(mpd).contains("<EventStream schemeIdUri=\"urn:millrace:hls:daterange\" timescale=\"1000\">",
                "<Event presentationTime=\"3020\" duration=\"1500\" id=\"",
                "<EventStream schemeIdUri=\"urn:scte:scte35:2014:xml+bin\" timescale=\"1000\">",
                "<Binary>/DA=</Binary>", "<Binary>/DE=</Binary>");
        assertThat(post(one, Map.of("id", "late")).status()).isEqualTo(409);
    }

    private void events(KafkaClients kafka) {
        List<StreamEvent> cues = new ArrayList<>();
        try (var reader = kafka.reader("cues-test")) {
            TopicPartition partition = kafka.partition(Topic.EVENTS, kafka.partitionOf("live/show"));
            reader.assign(List.of(partition));
            reader.seekToBeginning(List.of(partition));
            Patience.await().untilAsserted(() -> {
                reader.poll(Duration.ofMillis(100)).forEach(record -> {
                    if (record.value() instanceof StreamEvent event && event.type() == StreamEvent.Type.CUE) {
                        cues.add(event);
                    }
                });
                assertThat(cues).extracting(StreamEvent::cue).extracting(Cue::isEnd).containsExactly(false, false,
                        true);
            });
        }
    }

    private void media(RtmpClient encoder, long untilMs) throws RtmpException {
        for (; videoMs < untilMs; videoMs += FRAME_MS) {
            for (; sounds * 64 / 3 <= videoMs; sounds++) {
                encoder.send(MediaKind.AUDIO, sounds * 64 / 3, Records.audio(0, 0, 0).body());
            }
            encoder.send(MediaKind.VIDEO, videoMs, Records.video(0, 0, 0, videoMs % GOP_MS == 0, 0).body());
        }
    }

    private static ByteBuffer cuePoint() {
        ByteWriter out = new ByteWriter();
        new Amf0Writer(out).values(List.of(new AmfValue.Text("onCuePoint"), AmfValue.Obj.of(field("name", "ad"),
                field("time", 3.02), field("type", "event"),
                field("parameters", AmfValue.Obj.of(field("duration", 1.5))))));
        return out.view();
    }

    private static AdminResource.Answer post(EdgeService edge, Map<String, String> query) {
        return AdminRoutes.of(edge.admin()).answer("POST", "/api/v1/streams/live/show/cues", query).orElseThrow();
    }

    private static List<String> ranges(String playlist) {
        return playlist.lines().filter(line -> line.startsWith("#EXT-X-DATERANGE")).toList();
    }

    /** Returns the paths of the media playlists in MPEG-TS and CMAF. */
    private List<String> playlists(EdgeService edge) throws Exception {
        List<String> paths = new ArrayList<>(playlists(edge, "/live/show@ts.m3u8"));
        paths.addAll(playlists(edge, "/live/show.m3u8"));
        assertThat(paths).hasSize(3);
        return paths;
    }

    private List<String> playlists(EdgeService edge, String path) throws Exception {
        String text = get(edge, path);
        List<String> uris = new ArrayList<>();
        Matcher audio = Pattern.compile("#EXT-X-MEDIA:.*URI=\"([^\"]+)\"").matcher(text);
        while (audio.find()) {
            uris.add(audio.group(1));
        }
        text.lines().filter(line -> !line.startsWith("#") && !line.isBlank()).forEach(uris::add);
        return uris.stream().map(uri -> URI.create(path).resolve(uri).toString()).toList();
    }

    private String get(EdgeService edge, String path) throws IOException, InterruptedException {
        return response(edge, path).body();
    }

    private int status(EdgeService edge, String path) throws IOException, InterruptedException {
        return response(edge, path).statusCode();
    }

    private HttpResponse<String> response(EdgeService edge, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + edge.port() + path);
        HttpResponse<String> response = http.send(HttpRequest.newBuilder(uri).build(),
                HttpResponse.BodyHandlers.ofString());
        return response.statusCode() != 302
                ? response
                : response(edge, uri.resolve(response.headers().firstValue("Location").orElseThrow()).getPath());
    }
}
