package io.millrace.edge.http;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.EdgeSettings;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.players.PlayerReports;
import io.millrace.platform.access.AccessGate;
import io.millrace.platform.access.AccessMeters;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.PlayToken;
import io.millrace.platform.access.SigningSecrets;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.net.ProxySources;
import io.millrace.testkit.Records;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;

/**
 * A real listener on a log in memory, on which viewers need credentials. The stream live/show is MPEG-TS, live/cmaf is
 * CMAF.
 */
final class RestrictedServer implements AutoCloseable {
    static final String SECRET = "pl4nted-s3cret-0123456789";
    static final StreamEntry TS = Records.entry("live/show", 17, StreamEntry.State.LIVE);
    static final StreamEntry CMAF = Records.ruledBy(Records.CMAF_RULES,
            Records.entry("live/cmaf", 23, StreamEntry.State.LIVE));
    /** Its media cannot be read. */
    static final StreamEntry SILENT = Records.entry(MemoryLog.SILENT, 19, StreamEntry.State.LIVE);
    private static final List<RenditionId> RENDITIONS = List.of(
            RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0)), RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0)));
    private static final SigningSecrets SECRETS = SigningSecrets.parse(SECRET);

    final MemoryLog log = new MemoryLog();
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final int port;
    private final AccessGate gate;
    private final EdgeServer server;

    /** @param proxies whose statements about client addresses are believed */
    RestrictedServer(AccessSettings settings, ProxySources proxies) {
        var directory = new StreamDirectory();
        var meters = new EdgeMeters(registry);
        List.of(TS, CMAF, SILENT).forEach(directory::put);
        log.segments(TS, 0, 9);
        log.segments(SILENT, 0, 9);
        log.segments(CMAF, RENDITIONS, 0, 9);
        log.watched.clear();
        gate = AccessGate.open(settings, AccessRequest.Action.PLAY, "node-1",
                new AccessMeters(registry, "edge", "Viewers"), InstantSource.system());
        server = new EdgeServer(EdgeSettings.of("127.0.0.1", 0, "edge")
                .withHttp(HttpLimits.DEFAULT, proxies, FamiliarUrls.parse("nginx-rtmp,nginx-http-flv")).http(), gate,
                3_600_000, directory, log, log,
                log, log, log, log, new Viewers(meters, InstantSource.system()),
                new PlayerReports(Ticker.systemTicker(), meters.audience()), meters, new ManualClock());
        port = server.start();
    }

    /** Returns a token that expires in some seconds. */
    static String token(String name, boolean isPrefix, long expiresInS, String address) {
        return PlayToken.create(SECRETS, name, isPrefix, System.currentTimeMillis() / 1000 + expiresInS,
                address == null ? null : InetAddress.ofLiteral(address));
    }

    @Override
    public void close() {
        server.close();
        gate.close();
    }
}
