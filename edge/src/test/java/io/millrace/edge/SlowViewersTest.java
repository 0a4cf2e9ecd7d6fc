package io.millrace.edge;

import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.PlayerEvent;
import io.millrace.testkit.HttpFlvViewer;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import io.netty.channel.epoll.Epoll;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Viewers that receive half of their stream's bitrate, or nothing any more, over real sockets and every protocol that
 * pushes media.
 */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class SlowViewersTest {
    private static final int GOP = 10;
    private static final int FRAME_MS = 40;
    /** The ring holds about eighty frames, and a socket about twenty. */
    private static final int MOST_FRAMES = 1_000;
    private static final int SKIPS = 2;
    private static final String NO_VIEWERS = "\"viewers\":{\"hls\":0,\"dash\":0,\"flv\":0,\"ws\":0,\"rtmp\":0}";
    private static final int LAST = Integer.MAX_VALUE;
    private static final int VIDEO_HEADER_BYTES = 5;
    /** More bytes than precede the first video frame. */
    private static final int OPENING_BYTES = 16 * 1024;

    @AutoClose
    private static TestEdge edge;

    @BeforeAll
    static void start(TestBroker broker) {
        edge = new TestEdge(broker.clients("slow."));
    }

    /** Returns the video bodies that one viewer receives, one by one. */
    private interface Pictures extends Closeable {
        ByteBuffer next() throws Exception;
    }

    private enum Way {
        HTTP_FLV {
            @Override
            Pictures watch(int port, String stream) throws Exception {
                var viewer = new HttpFlvViewer(edge.http, TestEdge.request(port, "/" + stream + ".flv"));
                return pictures(viewer::next, viewer::close);
            }
        },
        WEBSOCKET_FLV {
            @Override
            Pictures watch(int port, String stream) {
                var viewer = edge.ws(port, "/" + stream + ".flv");
                return pictures(viewer::next, viewer::close);
            }
        },
        RTMP {
            @Override
            Pictures watch(int port, String stream) throws Exception {
                var viewer = new RtmpClient(port, stream);
                return pictures(() -> {
                    PlayerEvent.Media media = viewer.media();
                    return new FlvTag(media.kind() == MediaKind.VIDEO ? FlvTag.Type.VIDEO : FlvTag.Type.AUDIO,
                            media.timestamp(), media.body());
                }, viewer::close);
            }
        };

        int port(EdgeService of) {
            return this == RTMP ? TestEdge.rtmpPort(of) : of.port();
        }

        abstract Pictures watch(int port, String stream) throws Exception;

        private interface Tags {
            FlvTag next() throws Exception;
        }

        /** Skips sequence headers. */
        private static Pictures pictures(Tags tags, Closeable viewer) {
            return new Pictures() {
                @Override
                public ByteBuffer next() throws Exception {
                    FlvTag tag = tags.next();
                    while (tag.type() != FlvTag.Type.VIDEO || tag.body().get(1) == 0) {
                        tag = tags.next();
                    }
                    return tag.body();
                }

                @Override
                public void close() throws IOException {
                    viewer.close();
                }
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void skipToKeyframesAndMissNothingWhenFastAgain(Way way) throws Exception {
        String stream = "live/slow" + way.ordinal();
        List<Integer> seen = new CopyOnWriteArrayList<>();
        double droppedBefore = dropped();
        try (var live = new LiveStream(edge, stream);
                ExecutorService reader = Executors.newVirtualThreadPerTaskExecutor();
                var link = new NarrowLink(way.port(edge.service), OPENING_BYTES);
                Pictures fast = way.watch(way.port(edge.service), stream);
                Pictures slow = way.watch(link.port(), stream)) {
            fast.next();
            slow.next();
            Future<?> reading = reader.submit(() -> {
                while (seen.isEmpty() || seen.getLast() != LAST) {
                    seen.add(number(slow.next()));
                }
                return null;
            });
            int published = 0;
            for (; gaps(seen) < SKIPS && published < MOST_FRAMES && !reading.isDone(); published++) {
                publish(live, fast, published, published);
                link.carry(LiveStream.LARGE_BYTES / 2);
            }
            link.widen();
            for (int i = 0; i < 2 * GOP; i++, published++) {
                publish(live, fast, published, published);
            }
            publish(live, fast, published, LAST);
            reading.get(Patience.MILLIS, TimeUnit.MILLISECONDS);

            assertThat(gaps(seen)).as("number of skips: one for each time it was too far behind").isEqualTo(SKIPS);
            assertThat(seen.size()).as("of %d frames", published).isGreaterThan(published * 2 / 5);
            assertThat(dropped() - droppedBefore).as("skipped frames").isEqualTo(published + 1.0 - seen.size());
        }
    }

    /** Little data waits for them, and it is in the kernel. */
    @ParameterizedTest
    @EnumSource
    void areDisconnectedWhenTheyVanish(Way way) throws Exception {
        assumeThat(Epoll.isAvailable()).as("Linux").isTrue();
        String stream = "live/gone" + way.ordinal();
        String api = "/api/v1/streams/" + stream;
        EdgeService hasty = edge.impatient(Duration.ofSeconds(1));
        try (var live = new LiveStream(edge, stream); var link = new VanishingLink(way.port(hasty))) {
            TestEdge.await(() -> edge.get(hasty, api).statusCode() == 200);
            try (Pictures viewer = way.watch(link.port(), stream)) {
                viewer.next();
                assertThat(edge.get(hasty, api).body()).doesNotContain(NO_VIEWERS);
                link.vanish();
                live.video(3_040, false, 4);
                TestEdge.await(() -> edge.get(hasty, api).body().contains(NO_VIEWERS));
            }
        } finally {
            hasty.close();
        }
    }

    private static void publish(LiveStream live, Pictures fast, int at, int number) throws Exception {
        live.large(4_000 + at * FRAME_MS, at % GOP == 0, number);
        assertThat(number(fast.next())).as("other viewers are not delayed").isEqualTo(number);
    }

    /** Returns the name of a complete frame. */
    private static int number(ByteBuffer body) {
        assertThat(body.remaining()).isEqualTo(LiveStream.LARGE_BYTES + VIDEO_HEADER_BYTES);
        return body.getInt(body.limit() - Integer.BYTES);
    }

    /** Counts the gaps. The stream continues with a keyframe after each. */
    private static int gaps(List<Integer> seen) {
        int gaps = 0;
        int before = -1;
        for (int number : seen) {
            if (number != before + 1 && number != LAST) {
                assertThat(number % GOP).as("frame %d after %d is a keyframe", number, before).isZero();
                assertThat(number).isGreaterThan(before);
                gaps++;
            }
            before = number;
        }
        return gaps;
    }

    private static double dropped() {
        return edge.registry.get("millrace.dropped").tags("stage", "edge", "reason", "slow_viewer").counter().count();
    }
}
