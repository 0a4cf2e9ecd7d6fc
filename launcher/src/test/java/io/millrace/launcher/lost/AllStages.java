package io.millrace.launcher.lost;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.EdgeListeners;
import io.millrace.edge.EdgeService;
import io.millrace.edge.EdgeSettings;
import io.millrace.ingest.IngestListeners;
import io.millrace.ingest.IngestService;
import io.millrace.ingest.IngestSettings;
import io.millrace.ingest.PublicRtmp;
import io.millrace.ingest.publish.MediaLimits;
import io.millrace.packager.PackagerService;
import io.millrace.packager.loop.PackagerSettings;
import io.millrace.platform.UserError;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.LogSpace;
import io.millrace.platform.kafka.Topics;
import io.millrace.platform.kick.KickMeters;
import io.millrace.platform.kick.Kicks;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.net.ServerSockets;
import io.millrace.platform.rtmp.PlayApplication;
import io.millrace.segmenter.SegmenterService;
import io.millrace.segmenter.SegmenterSettings;
import io.millrace.testkit.Patience;
import io.millrace.testkit.PatientRtmp;
import io.millrace.tools.push.PushJob;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** The four stages, in this process, and encoders that reconnect for as long as they are wanted. */
final class AllStages implements AutoCloseable {
    private static final EpochRules RULES = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 60_000, 3_000,
            List.of(Format.TS));

    private static final long RECONNECT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    final List<String> fatal = new CopyOnWriteArrayList<>();
    /** How often an encoder was refused or disconnected. */
    final AtomicInteger disconnected = new AtomicInteger();
    private final Deque<Runnable> opened = new ArrayDeque<>();
    private final IngestService ingest;
    private final EdgeService edge;

    AllStages(KafkaClients kafka, Path dir) throws Exception {
        var registry = new SimpleMeterRegistry();
        SegmenterService segmenter = SegmenterService.start(SegmenterSettings.below(dir, 0, new Topics.Replicas(1)),
                kafka, registry, this::fatal);
        opened.push(segmenter::close);
        PackagerService packager = PackagerService.start(PackagerSettings.of("p"), kafka, registry, this::fatal);
        opened.push(packager::close);
        packager.ready().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        Kicks kicks = Kicks.start(kafka, "k", InstantSource.system(), new KickMeters(registry), this::fatal);
        opened.push(kicks::close);
        edge = EdgeService.start(
                EdgeListeners.open(EdgeSettings.of("127.0.0.1", 0, "e").withRtmp(PatientRtmp.listen()),
                        AccessPolicy.ALLOW_ALL, registry, ServerSockets.NONE_NAMED),
                kicks, kafka, this::fatal);
        opened.push(edge::close);
        ingest = IngestService.start(
                IngestListeners.open(
                        new IngestSettings(PatientRtmp.listen(), "i", new PublicRtmp.Listening(null), RULES,
                                AccessSettings.OPEN, 0, MediaLimits.DEFAULT, IngestSettings.Limits.DEFAULT),
                        registry, ServerSockets.NONE_NAMED),
                PlayApplication.none("none"), kicks, kafka, LogSpace.UNKNOWN, this::fatal);
        opened.push(ingest::close);
    }

    private void fatal(String what, Throwable cause) {
        fatal.add(what + ": " + cause);
    }

    int httpPort() {
        return edge.port();
    }

    /** Publishes the demo clip. Reconnects whenever it is disconnected, until it is closed. */
    AutoCloseable encoder(String stream) {
        URI url = URI.create("rtmp://127.0.0.1:" + ingest.port() + "/" + stream);
        Thread thread = Thread.ofVirtual().name("encoder").start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    PushJob.demo(url, (_, _) -> {}).run();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                } catch (UserError _) {
                    disconnected.incrementAndGet();
                    LockSupport.parkNanos(RECONNECT_NANOS);
                }
            }
        });
        return () -> {
            thread.interrupt();
            thread.join();
        };
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            opened.pop().run();
        }
    }
}
