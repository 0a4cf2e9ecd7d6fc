package io.millrace.launcher.push;

import io.millrace.launcher.Job;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.FileFault;
import io.millrace.platform.UserError;
import io.millrace.platform.rtmp.ServerTrust;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * Publishes a media file in real time: what {@code millrace push} does.
 *
 * <p>{@link #run} blocks its thread; {@link #cancel} may come from any thread, also in advance.
 */
public final class PushJob implements Job {
    private interface Opener {
        MediaFile open() throws IOException;
    }

    private final String name;
    private final Opener opener;
    private final URI url;
    private final boolean loop;
    private final MediaSink.Connector connector;
    private final PushProgress progress;
    private final PaceClock clock;
    private final CountDownLatch cancelled = new CountDownLatch(1);

    /**
     * Publishes {@code file}, an FLV or MP4, over RTMP or RTMPS.
     *
     * @param url {@code rtmp[s]://host[:port]/app/name[?query]}
     * @param loop begins again at the end of the file, without a seam, until it is cancelled
     */
    public PushJob(Path file, URI url, boolean loop, PushProgress progress) {
        this(file, url, ServerTrust.SYSTEM, loop, progress);
    }

    /** The same to a server of RTMPS that {@code trust} vouches for. */
    public PushJob(Path file, URI url, ServerTrust trust, boolean loop, PushProgress progress) {
        this(file.toString(), () -> openFile(file), url, loop, progress, MediaSink.rtmp(trust), PaceClock.SYSTEM);
    }

    private PushJob(String name, Opener opener, URI url, boolean loop, PushProgress progress,
            MediaSink.Connector connector, PaceClock clock) {
        this.name = name;
        this.opener = opener;
        this.url = url;
        this.loop = loop;
        this.progress = progress;
        this.connector = connector;
        this.clock = clock;
    }

    /** Publishes the bundled clip for ever. */
    public static PushJob demo(URI url, PushProgress progress) {
        return new PushJob("the demo clip", MediaFile::demo, url, true, progress, MediaSink.rtmp(ServerTrust.SYSTEM),
                PaceClock.SYSTEM);
    }

    /** The same job to another sink, by another clock. */
    PushJob with(MediaSink.Connector otherConnector, PaceClock otherClock) {
        return new PushJob(name, opener, url, loop, progress, otherConnector, otherClock);
    }

    /**
     * Publishes until the file ends (never if it loops) or {@link #cancel} is called.
     *
     * @throws UserError the file or the server is at fault: one line for people
     * @throws InterruptedException the thread was interrupted; the session is closed
     */
    @Override
    public void run() throws InterruptedException {
        try (MediaFile file = opener.open()) {
            if (file.tracksLeftOut() > 0) {
                progress.trouble(name + " has " + file.tracksLeftOut()
                        + " more track(s) of video or audio; the first of each is sent, the others are left out");
            }
            var timeline = new Timeline(file, loop);
            publish(timeline);
        } catch (UnsupportedException e) {
            throw new UserError("cannot push %s: %s; convert it on the way: %s".formatted(name, e.getMessage(),
                    FfmpegCommand.of(name, url, loop, e)), e);
        } catch (MalformedException | OverLimitException e) {
            throw new UserError("cannot push %s: it is damaged (%s); try %s".formatted(name, e.getMessage(),
                    FfmpegCommand.of(name, url, loop, e)), e);
        } catch (IOException e) {
            throw new UserError("cannot read %s: %s".formatted(name, FileFault.reason(e)), e);
        }
    }

    @Override
    public void cancel() {
        cancelled.countDown();
    }

    private static MediaFile openFile(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("it is a directory");
        }
        return MediaFile.open(file);
    }

    private void publish(Timeline timeline) throws IOException, InterruptedException {
        try (MediaSink sink = new NamedSink(url, connector)) {
            new PacedPublisher(timeline, sink, clock, cancelled, progress).run();
        }
    }

    /** Tells the faults of the server from those of the file. */
    private static final class NamedSink implements MediaSink {
        private final String name;
        private final MediaSink sink;

        NamedSink(URI url, Connector connector) {
            name = PublishAddress.shown(url);
            try {
                sink = connector.connect(url);
            } catch (IOException e) {
                throw new UserError("cannot publish to %s: %s; start a server with ./millrace up, or check the URL"
                        .formatted(name, FileFault.reason(e)), e);
            }
        }

        @Override
        public void send(MediaKind kind, long timestampMs, ByteBuffer body) {
            try {
                sink.send(kind, timestampMs, body);
            } catch (IOException e) {
                throw new UserError("publishing to %s ended after %d s: %s; look into the server's log and push again"
                        .formatted(name, timestampMs / 1000, FileFault.reason(e)), e);
            }
        }

        @Override
        public void close() {
            sink.close();
        }
    }
}
