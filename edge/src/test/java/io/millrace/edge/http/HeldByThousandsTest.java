package io.millrace.edge.http;

import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.net.ProxySources;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records.PartSpec;
import io.millrace.testkit.SlowTest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Two thousand requests on one stream that are held for one part, at a real listener. */
@SlowTest
@Timeout(300)
class HeldByThousandsTest {
    private static final int PLAYERS = 2_000;
    private static final int ABORTED = 500;
    private static final List<RenditionId> BOTH = List.of(RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0)),
            RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0)));

    private static void part(MemoryEdge edge, long segment, int part) {
        List<IndexedPart> records = new ArrayList<>();
        for (RenditionId rendition : BOTH) {
            records.add(new PartSpec(MemoryEdge.LOW.epoch(), segment).of(rendition).durationTicks(90_000).part(part,
                    part == 1, MemoryLog.PARTS_BEGIN + 2 * segment + part));
        }
        edge.log.records(MemoryEdge.LOW, records);
    }

    private static void get(Socket socket, String target) throws IOException {
        socket.getOutputStream().write(("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns the status line and the body of the next response. */
    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) in.read());
        }
        int size = Integer.parseInt(head.toString().replaceAll("(?s).*content-length: (\\d+)\r\n.*", "$1"));
        return head.substring(0, head.indexOf("\r\n")) + "\n"
                + new String(in.readNBytes(size), StandardCharsets.US_ASCII);
    }

    @Test
    void answersAllAlikeAndForgetsThoseThatLeft() throws Exception {
        List<Socket> players = new ArrayList<>();
        try (var edge = new MemoryEdge(HttpLimits.DEFAULT, ProxySources.NONE, FamiliarUrls.NONE)) {
            for (int part = 0; part < 9; part++) {
                part(edge, part / 2, part % 2);
            }
            for (int i = 0; i < PLAYERS; i++) {
                var socket = new Socket(InetAddress.getLoopbackAddress(), edge.port);
                socket.setSoTimeout(Patience.MILLIS);
                players.add(socket);
                get(socket, "/live/low/@19/video0/index.m3u8?_HLS_msn=4&_HLS_part=1");
            }
            // Each connection has a timer for its client, and each held request one for its time limit.
            Patience.await().until(() -> edge.clock.alarms() == 2 * PLAYERS);
            for (Socket leaving : players.subList(0, ABORTED)) {
                leaving.close();
            }
            Patience.await().until(() -> edge.clock.alarms() == 2 * (PLAYERS - ABORTED));
            part(edge, 4, 1);
            Set<String> answers = new HashSet<>();
            for (Socket player : players.subList(ABORTED, PLAYERS)) {
                answers.add(answer(player));
            }
            assertThat(answers).singleElement().asString().startsWith("HTTP/1.1 200 OK\n").contains("\n4.m4s\n");
            assertThat(edge.clock.alarms()).isEqualTo(PLAYERS - ABORTED);
        } finally {
            for (Socket player : players) {
                player.close();
            }
        }
    }
}
