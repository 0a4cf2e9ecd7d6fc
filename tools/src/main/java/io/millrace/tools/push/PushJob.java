package io.millrace.tools.push;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.FileFault;
import io.millrace.platform.UserError;
import io.millrace.platform.rtmp.ServerTrust;
import io.millrace.tools.Job;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * Publishes a media file in real time: {@code millrace push}.
 *
 * <p>{@link #run} blocks its thread; {@link #cancel} may be called from any thread, even before {@link #run}.
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
    /** Null while there is no session. */
    private volatile MediaSink session;

    /**
     * Publishes {@code file}, an FLV or MP4, over RTMP or RTMPS.
     *
     * @param url {@code rtmp[s]://host[:port]/app/name[?query]}
     * @param loop whether to repeat the file seamlessly until the job is cancelled
     */
    public PushJob(Path file, URI url, boolean loop, PushProgress progress) {
        this(file, url, ServerTrust.SYSTEM, loop, progress);
    }

    /** Publishes {@code file} to an RTMPS server whose certificate {@code trust} accepts. */
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

    /** Publishes the bundled clip in an endless loop. */
    public static PushJob demo(URI url, PushProgress progress) {
        return new PushJob("the demo clip", MediaFile::demo, url, true, progress, MediaSink.rtmp(ServerTrust.SYSTEM),
                PaceClock.SYSTEM);
    }

    /** Returns the same job with another sink and clock, for tests. */
    PushJob with(MediaSink.Connector otherConnector, PaceClock otherClock) {
        return new PushJob(name, opener, url, loop, progress, otherConnector, otherClock);
    }

    /**
     * Publishes until the file ends (never if it loops) or {@link #cancel} is called.
     *
     * @throws UserError with a one-line message if the file or the server is at fault
     * @throws InterruptedException if the thread was interrupted; the session is closed
     */
    @Override
    public void run() throws InterruptedException {
        try (MediaFile file = opener.open()) {
            if (file.tracksLeftOut() > 0) {
                progress.trouble(name + " has " + file.tracksLeftOut()
                        + " additional video or audio track(s), which are omitted; the first one of each kind is sent");
            }
            var timeline = new Timeline(file, loop);
            publish(timeline);
        } catch (UnsupportedException e) {
            throw new UserError("cannot push %s: %s; transcode it with: %s".formatted(name, e.getMessage(),
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
        MediaSink open = session;
        if (open != null) {
            open.close();
        }
    }

    private static MediaFile openFile(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("it is a directory");
        }
        return MediaFile.open(file);
    }

    private void publish(Timeline timeline) throws IOException, InterruptedException {
        try (MediaSink sink = new NamedSink(url, connector)) {
            session = sink;
            new PacedPublisher(timeline, sink, clock, cancelled, progress).run();
        } catch (UserError e) {
            // A send that was blocked when the job was cancelled.
            if (cancelled.getCount() > 0) {
                throw e;
            }
        }
    }

    /** Reports errors of the server separately from those of the file. */
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
                throw new UserError("publishing to %s ended after %d s: %s; check the server's log and push again"
                        .formatted(name, timestampMs / 1000, FileFault.reason(e)), e);
            }
        }

        @Override
        public void close() {
            sink.close();
        }
    }
}
