package io.millrace.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Errors that can be detected without Kafka are reported before it starts: in one line, with exit code 1. Isolated,
 * because a command configures the logging of the whole process.
 */
@Isolated
class FailFastTest {
    /** The first directory that Kafka creates. */
    private static final String STARTED = "kafka/__cluster_metadata-0";

    @TempDir
    private Path dir;

    @ParameterizedTest
    @ValueSource(strings = {"rtmp", "http", "admin", "kafka"})
    void takenPort(String which) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String flag = "--" + which + "-port";
            assertThat(failure(flag, String.valueOf(taken.getLocalPort())))
                    .contains("cannot listen on 127.0.0.1:" + taken.getLocalPort()
                            + ": another process listens there; stop that one, or choose another port with " + flag);
        }
    }

    @Test
    void addressOfAnotherMachine() {
        // TEST-NET-1, RFC 5737.
        assertThat(failure("--host", "192.0.2.1")).endsWith("cannot listen on 192.0.2.1:0: this machine has no such "
                + "address; choose one that it has with --host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--publish-keys", "--publish-secret"})
    void missingFile(String flag) {
        assertThat(failure(flag, dir.resolve("none").toString())).contains("cannot be used: there is no ");
    }

    @Test
    void invalidCertificate() throws IOException {
        Path file = Files.writeString(dir.resolve("cert.pem"), "no PEM");
        assertThat(failure("--tls-cert", file.toString(), "--tls-key", file.toString()))
                .contains("holds no certificate in PEM");
    }

    @Test
    void requiredDurabilityWithEmbeddedBroker() {
        assertThat(failure("--require-durability")).contains("--require-durability cannot be met")
                .contains("run three brokers");
    }

    private String failure(String... flags) {
        Stream<String> ports = Stream.of("rtmp", "http", "admin", "kafka").map(each -> "--" + each + "-port")
                .filter(port -> !List.of(flags).contains(port)).flatMap(port -> Stream.of(port, "0"));
        Stream<String> host = List.of(flags).contains("--host") ? Stream.empty() : Stream.of("--host", "127.0.0.1");
        List<String> arguments = Stream.of(Stream.of("up", "--data-dir", dir.resolve("data").toString()), host, ports,
                Stream.of(flags)).flatMap(each -> each).toList();
        CommandCall call = CommandCall.run(Map.of(), arguments);
        assertThat(call.code()).isEqualTo(1);
        assertThat(dir.resolve("data").resolve(STARTED)).doesNotExist();
        assertThat(call.err().lines()).singleElement().asString().startsWith("millrace: ");
        return call.err().strip();
    }
}
