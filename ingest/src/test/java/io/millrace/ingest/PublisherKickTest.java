package io.millrace.ingest;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.ingest.publish.MediaLimits;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.AddressRules;
import io.millrace.platform.admin.AdminRoutes;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.LogSpace;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.kick.KickMeters;
import io.millrace.platform.kick.Kicks;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.net.ServerSockets;
import io.millrace.platform.rtmp.PlayApplication;
import io.millrace.platform.rtmp.RtmpClient;
import io.millrace.platform.rtmp.RtmpException;
import io.millrace.testkit.Clip;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.PatientRtmp;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.keys.EllipticCurves;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** An ingest node with a real broker, whose publisher is kicked through the admin API of another node. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class PublisherKickTest {
    private static final String STREAM = "live/show";

    private final AtomicReference<InstantSource> clock = new AtomicReference<>(InstantSource.system());

    @Test
    void publisherIsEndedThroughAnotherNode(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("publisher-kicks.");
        try (var _ = LogCapture.ofPackages("io.millrace");
                var packets = new LogTail(kafka, Topic.PACKETS);
                var operators = kicks(kafka, "operators", InstantSource.system());
                var kicks = kicks(kafka, "ingest", () -> clock.get().instant());
                var node = IngestService.start(
                        IngestListeners.open(settings(), new SimpleMeterRegistry(), ServerSockets.NONE_NAMED),
                        PlayApplication.none("none"), kicks, kafka, LogSpace.UNKNOWN, PublisherKickTest::fail)) {
            RtmpClient other = publish(node, "live/other");
            RtmpClient encoder = publish(node, STREAM);
            packets.until(Packet.class, 1, _ -> true);
            kick(operators, Map.of());
            assertThatThrownBy(() -> sendUntilEnded(encoder)).isInstanceOf(RtmpException.class)
                    .hasMessageContaining("Disconnected by the operator");
            assertThat(packets.until(SessionEnded.class, 1, _ -> true)).singleElement()
                    .satisfies(ended -> assertThat(ended.detail()).isEqualTo("disconnected by the operator"));

            RtmpClient returned = publish(node, STREAM);
            kick(operators, Map.of("seconds", "600"));
            assertThatThrownBy(() -> sendUntilEnded(returned)).hasMessageContaining("Disconnected by the operator");
            assertThatThrownBy(() -> publish(node, STREAM)).as("refused for the time that the operator has said")
                    .hasMessageContaining("disconnected by the operator");
            Clip.send(other);
            other.close();
            clock.set(InstantSource.offset(InstantSource.system(), Duration.ofSeconds(601)));
            publish(node, STREAM).close();
        }
    }

    /** The other publisher has a token of another subject. */
    @Test
    void publishersOfSubjectAreEndedAtEveryStream(TestBroker broker, @TempDir Path dir) throws Exception {
        KafkaClients kafka = broker.clients("subject-kicks.");
        PublicJsonWebKey key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
        Path set = Files.writeString(dir.resolve("jwks.json"),
                new JsonWebKeySet(key).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY));
        var access = new AccessSettings(null, null, new AccessSettings.Jwks(set, null), AddressRules.NONE, null);
        try (var _ = LogCapture.ofPackages("io.millrace");
                var operators = kicks(kafka, "operators", InstantSource.system());
                var kicks = kicks(kafka, "ingest", InstantSource.system());
                var node = IngestService.start(
                        IngestListeners.open(settings(access), new SimpleMeterRegistry(), ServerSockets.NONE_NAMED),
                        PlayApplication.none("none"), kicks, kafka, LogSpace.UNKNOWN, PublisherKickTest::fail)) {
            RtmpClient other = publish(node, "live/other?token=" + token(key, "user 8"));
            List<RtmpClient> kicked = List.of(publish(node, "live/a?token=" + token(key, "user 7")),
                    publish(node, "live/b?token=" + token(key, "user 7")));
            assertThat(AdminRoutes.of(operators.admin()).answer("POST", "/api/v1/kicks",
                    Map.of("subject", "user 7", "seconds", "600")).orElseThrow().status()).isEqualTo(204);
            for (RtmpClient encoder : kicked) {
                assertThatThrownBy(() -> sendUntilEnded(encoder)).hasMessageContaining("Disconnected by the operator");
            }
            assertThatThrownBy(() -> publish(node, "live/c?token=" + token(key, "user 7")))
                    .hasMessageContaining("disconnected by the operator");
            Clip.send(other);
            other.close();
        }
    }

    private static String token(PublicJsonWebKey key, String sub) throws Exception {
        var claims = new JwtClaims();
        claims.setExpirationTimeMinutesInTheFuture(60);
        claims.setSubject(sub);
        claims.setClaim("streams", "live/*");
        claims.setClaim("actions", "publish");
        var signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(key.getPrivateKey());
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
        return signature.getCompactSerialization();
    }

    private static Kicks kicks(KafkaClients kafka, String node, InstantSource clock) {
        return Kicks.start(kafka, node, clock, new KickMeters(new SimpleMeterRegistry()), PublisherKickTest::fail);
    }

    private static void fail(String what, Throwable cause) {
        throw new AssertionError(what, cause);
    }

    private static IngestSettings settings() {
        return settings(AccessSettings.OPEN);
    }

    private static IngestSettings settings(AccessSettings access) {
        return new IngestSettings(PatientRtmp.listen(), "a", new PublicRtmp.Listening(null),
                new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 30_000, 30_000, List.of(Format.TS)),
                access, 0, MediaLimits.DEFAULT, IngestSettings.Limits.DEFAULT);
    }

    private static RtmpClient publish(IngestService node, String stream) throws RtmpException {
        RtmpClient client = PatientRtmp.publish(URI.create("rtmp://127.0.0.1:" + node.port() + "/" + stream));
        Clip.send(client);
        return client;
    }

    private static void kick(Kicks operators, Map<String, String> query) {
        assertThat(AdminRoutes.of(operators.admin()).answer("DELETE", "/api/v1/publishers/" + STREAM, query))
                .hasValueSatisfying(answer -> assertThat(answer.status()).isEqualTo(204));
    }

    /** Sends until the server has ended the publish; the client's own time limits bound it. */
    private static void sendUntilEnded(RtmpClient client) throws RtmpException {
        FlvTag tag = Clip.TAGS.stream().filter(t -> t.type() == FlvTag.Type.AUDIO).reduce((_, t) -> t).orElseThrow();
        for (long deadline = System.nanoTime() + 120_000_000_000L; System.nanoTime() < deadline;) {
            client.send(MediaKind.AUDIO, tag.timestampMs(), tag.body().duplicate());
        }
    }
}
