package io.millrace.launcher;

import io.millrace.launcher.broker.HostPort;
import io.millrace.launcher.settings.LayeredDefaults;
import io.millrace.launcher.settings.ServeOptions;
import io.millrace.launcher.settings.SettingNames;
import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessRules;
import io.millrace.platform.access.AccessSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/** Output, its stream and the exit code of command lines that start nothing. */
class CommandLinesTest {
    @TempDir
    private Path dir;

    @Test
    void flagThenEnvironmentThenFileThenDefault() throws IOException {
        Path file = file("rtmp-port: 1\nhttp-port: 2\nadmin-port: 3\n");
        CommandCall outcome = run(Map.of("MILLRACE_RTMP_PORT", "10", "MILLRACE_HTTP_PORT", "20"), "config", "--config",
                file.toString(), "--rtmp-port", "100");
        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.setting("rtmp-port")).isEqualTo("100 | flag --rtmp-port");
        assertThat(outcome.setting("http-port")).isEqualTo("20 | environment MILLRACE_HTTP_PORT");
        assertThat(outcome.setting("admin-port")).isEqualTo("3 | file " + file + ", line 3");
        assertThat(outcome.setting("kafka-port")).isEqualTo("9092 | default");
    }

    @Test
    void failedTrainingRunIsOneLine() throws IOException {
        CommandCall outcome = run(Map.of(), "train", file("no directory").toString());
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).hasLineCount(1).startsWith("millrace: ");
    }

    @ParameterizedTest
    @CsvSource({"host,0.0.0.0", "admin-host,127.0.0.1", "rtmp-port,1935", "http-port,8080", "admin-port,8081",
        "kafka,localhost:9092", "kafka-port,9092", "data-dir,./data", "topic-prefix,millrace.", "partitions,8",
        "retention,24h", "segment,2s", "part,500ms", "window,30s", "grace,30s", "log-level,info",
        "log-format,text"})
    void defaultsAreDocumentedOnes(String name, String value) {
        assertThat(run(Map.of(), "config").setting(name)).isEqualTo(value + " | default");
    }

    @Test
    void environmentNamesFileWithListsAndKafkaSettings() throws IOException {
        Path file = file("kafka:\n  - a:1\n  - b:2\nkafka-client:\n  security.protocol: SSL\n");
        CommandCall outcome = run(Map.of("MILLRACE_CONFIG", file.toString()), "config");
        assertThat(outcome.setting("kafka")).startsWith("a:1,b:2 | file ");
        assertThat(outcome.out()).contains("kafka-client security.protocol  SSL");
    }

    @Test
    void kafkaPasswordsAreNotPrinted() throws IOException {
        Path file = file("""
                kafka-client:
                  security.protocol: SASL_SSL
                  sasl.jaas.config: org.x.ScramLoginModule required username="millrace" password="s3cret";
                  ssl.key.password: s3cret
                  ssl.keystore.key: "-----BEGIN ENCRYPTED PRIVATE KEY----- s3cret"
                  ssl.truststore.pasword: s3cret
                """);
        CommandCall outcome = run(Map.of(), "config", "--log-level", "error", "--config", file.toString());
        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).doesNotContain("s3cret").containsPattern("security\\.protocol +SASL_SSL ")
                .containsPattern("sasl\\.jaas\\.config +\\[hidden] ")
                .containsPattern("ssl\\.key\\.password +\\[hidden] ")
                .containsPattern("ssl\\.keystore\\.key +\\[hidden] ")
                .containsPattern("ssl\\.truststore\\.pasword +\\[hidden] ");
    }

    @Test
    void printsOnlyPlaceOfHookUrl() throws IOException {
        String url = "https://me:s3cret@h:8443/a?token=t0ken";
        for (CommandCall outcome : List.of(run(Map.of(), "config", "--publish-hook", url),
                run(Map.of("MILLRACE_PUBLISH_HOOK", url), "config"),
                run(Map.of("MILLRACE_CONFIG", file("publish-hook: " + url + "\n").toString()), "config"))) {
            assertThat(outcome.setting("publish-hook")).startsWith("https://[hidden]@h:8443/a?[hidden] | ");
            assertThat(outcome.out() + outcome.err()).doesNotContain("s3cret").doesNotContain("t0ken");
        }
        assertThat(run(Map.of(), "config").setting("publish-hook")).isEqualTo("none | default");
    }

    @ParameterizedTest
    @CsvSource({"on, true", "true, true", "off, false", "false, false"})
    void kafkaMetricsSwitchReachesSettings(String text, boolean on) {
        assertThat(options("--kafka-metrics", text).process().kafkaMetrics()).isEqualTo(on);
        assertThat(options().process().kafkaMetrics()).isFalse();
    }

    @Test
    void requireDurabilityNeedsNoValue() {
        assertThat(options().kafka().requireDurability()).isFalse();
        assertThat(options("--require-durability").kafka().requireDurability()).isTrue();
        assertThat(options("--require-durability", "--kafka", "a:1").kafka().requireDurability()).isTrue();
        assertThat(options("--require-durability=off").kafka().requireDurability()).isFalse();
    }

    @Test
    void automaticRetentionSizeFitsLaptopOrIsUnlimitedOnCluster() {
        HostPort broker = new HostPort("127.0.0.1", 1);
        assertThat(options().onCluster().retentionBytes()).isEqualTo(-1);
        assertThat(options("--data-dir", dir.toString()).onEmbedded(broker).retentionBytes())
                .isBetween(100_000_000L, 10_000_000_000L);
        assertThat(options("--retention-size", "unlimited").onEmbedded(broker).retentionBytes()).isEqualTo(-1);
        assertThat(options("--retention-size", "1GB").onCluster().retentionBytes()).isEqualTo(1_000_000_000L);
    }

    private static ServeOptions options(String... flags) {
        CommandLine all = CommandLines.all();
        List<String> arguments = Stream.concat(Stream.of("up"), Stream.of(flags)).toList();
        LayeredDefaults.install(all, arguments, Map.of());
        all.parseArgs(arguments.toArray(String[]::new));
        return all.getSubcommands().get("up").getMixins().values().stream().filter(ServeOptions.class::isInstance)
                .map(ServeOptions.class::cast).findAny().orElseThrow();
    }

    @Test
    void limitsMayBeMapListOrValue() throws IOException {
        for (String limits : List.of("{idle: 30s, audio-message: 1MiB}", "\n  idle: 30s\n  audio-message: 1MiB",
                "[idle=30s, audio-message=1MiB]", "idle=30s,audio-message=1MiB")) {
            CommandCall outcome = run(Map.of("MILLRACE_CONFIG", file("rtmp-limits: " + limits + "\n").toString()),
                    "config");
            assertThat(outcome.setting("rtmp-limits")).startsWith("idle=30s,audio-message=1MiB | file ");
        }
        Path file = file("http-limits: {idle: 30s}\nrtmp-limits: {}\n");
        CommandCall outcome = run(Map.of("MILLRACE_CONFIG", file.toString()), "config");
        assertThat(outcome.setting("http-limits")).startsWith("idle=30s | file ");
        assertThat(outcome.setting("rtmp-limits")).startsWith("default | file ");
    }

    @Test
    void applicationsHaveSettingsOfTheirOwn() throws IOException {
        Path file = file("""
                grace: 10s
                applications:
                  radio/*: {formats: [cmaf], window: 1m}
                  "*":
                    segment: 4s
                """);
        CommandCall outcome = run(Map.of(), "config", "--config", file.toString());
        assertThat(outcome.code()).isZero();
        assertThat(outcome.setting("applications.radio/*.formats")).isEqualTo("cmaf | file " + file + ", line 3");
        assertThat(outcome.setting("applications.radio/*.window")).isEqualTo("1m | file " + file + ", line 3");
        assertThat(outcome.setting("applications.*.segment")).isEqualTo("4s | file " + file + ", line 5");
    }

    /** What an entry does not set is as for all others. */
    @Test
    void applicationsHaveAccessSettingsOfTheirOwn() throws IOException {
        Path file = file("""
                play-secret: all.txt
                play-hook: http://127.0.0.1:1/all
                applications:
                  free: {play-secret: none, play-hook: none}
                  paid: {play-keys: paid.txt, play-deny: [192.0.2.0/24, 10.0.0.1], play-hook-fallback: allow}
                  radio: {segment: 4s, publish-hook: "https://u:p@h/a?t=x", publish-jwks: set.json}
                """);
        List<String> arguments = List.of("up", "--config", file.toString());
        var commands = CommandLines.all();
        LayeredDefaults.install(commands, arguments, Map.of());
        var command = (ServeCommand) commands.parseArgs(arguments.toArray(String[]::new)).subcommand().commandSpec()
                .userObject();
        command.options().check();
        AccessRules players = command.options().players();
        assertThat(players.of(new StreamName("free/a"))).isEqualTo(AccessSettings.OPEN);
        assertThat(players.of(new StreamName("radio/a"))).isEqualTo(players.byDefault());
        AccessSettings paid = players.of(new StreamName("paid/a"));
        assertThat(paid.keys()).hasToString("paid.txt");
        assertThat(paid.secret()).hasToString("all.txt");
        assertThat(paid.hook().allowWithoutAnswer()).isTrue();
        assertThat(players.byDefault().hook().allowWithoutAnswer()).isFalse();
        AccessSettings radio = command.options().publishers().of(new StreamName("radio/a"));
        assertThat(radio.jwks().file()).hasToString("set.json");
        CommandCall outcome = run(Map.of(), "config", "--config", file.toString());
        assertThat(outcome.setting("applications.radio.publish-hook"))
                .isEqualTo("https://[hidden]@h/a?[hidden] | file " + file + ", line 6");
        assertThat(outcome.setting("applications.paid.play-deny")).startsWith("192.0.2.0/24,10.0.0.1 | ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            live: {segmnt: 2s}           | line 2: unknown setting 'segmnt'; did you mean 'segment'?
            live: {http-port: 2}         | line 2: unknown setting 'http-port'; an application accepts formats, grace
            live: {segment: 2}           | line 2: applications.live.segment: '2' is not a duration such as
            live: {formats: mkv}         | line 2: applications.live.formats: 'mkv' is not a format
            live: {segment: 70s}         | line 2: applications.live.segment must be between 500ms and 60s
            live: {part: 3s}             | line 2: applications.live.part must not be longer than --segment
            live: {segment: 20s}         | line 2: --window must be at least three times applications.live.segment
            live: {window: 2d}           | line 2: applications.live.window must not be longer than --retention
            live: {publish-key: a}       | line 2: unknown setting 'publish-key'; did you mean 'publish-keys'?
            live: {play-deny: x}         | line 2: applications.live.play-deny: 'x' is no address
            live: {play-hook-form: php}  | line 2: applications.live.play-hook-form: 'php' is none of nginx, srs
            live: {play-hook-timeout: 1m} | line 2: applications.live.play-hook-timeout: it must be more than 0s and 30s
            live: {play-jwks: 'http:x'}  | line 2: applications.live.play-jwks: it must be a URL such as
            live/: {window: 1m}          | line 2: 'live/' is not an application such as live
            live: 4s                     | line 2: expected lines of 'setting: value'
            """)
    void mistakeInApplicationIsReportedWithLine(String application, String message) throws IOException {
        Path file = file("applications:\n  " + application + "\n");
        CommandCall outcome = run(Map.of(), "config", "--config", file.toString());
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).hasLineCount(1).startsWith("millrace: " + file + ", " + message);
    }

    @Test
    void unknownLimitIsReportedWithLine() throws IOException {
        Path file = file("rtmp-limits:\n  handshake: 3s\n  idel: 30s\n");
        assertThat(run(Map.of(), "config", "--config", file.toString()).err()).isEqualToIgnoringNewLines(
                "millrace: " + file + ", line 3: unknown setting 'idel'; did you mean 'idle'?");
    }

    @Test
    void emptyVariableIsUnset() {
        assertThat(run(Map.of("MILLRACE_HOST", ""), "config").setting("host")).isEqualTo("0.0.0.0 | default");
    }

    @Test
    void emptyFileSetsNothing() throws IOException {
        assertThat(run(Map.of(), "config", "--config", file("# later\n").toString()).setting("host"))
                .isEqualTo("0.0.0.0 | default");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rtmp_port: 1           | line 1: unknown setting 'rtmp_port'; did you mean 'rtmp-port'?
            segmnt: 2s             | line 1: unknown setting 'segmnt'; did you mean 'segment'?
            zzzzzzzz: 1            | line 1: unknown setting 'zzzzzzzz'; 'millrace config' lists all settings
            config: x              | line 1: unknown setting 'config'
            help: true             | line 1: unknown setting 'help'
            host: {a: 1}           | line 1: expected one value, found a map
            http-limits: {a: b, zzzzzzzz: 1} | line 1: unknown setting 'a'; 'http-limits' accepts headers, idle, blocked
            http-limits: {idle: {a: b}} | line 1: expected one value, found a map
            http-limits: {idle: }  | line 1: Invalid value for option '--http-limits': '' is not a duration
            - a                    | line 1: expected lines of 'setting: value'
            'host: a: b'           | line 1: not YAML
            segment: 3z            | line 1: Invalid value for option '--segment': '3z' is not a duration
            rtmp-port: 70000       | line 1: Invalid value for option '--rtmp-port': '70000' is not a port
            """)
    void mistakeInFileIsReportedWithLine(String content, String message) throws IOException {
        Path file = file(content + "\n");
        CommandCall outcome = run(Map.of(), "config", "--config", file.toString());
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).hasLineCount(1).startsWith("millrace: ").contains(file + ", " + message);
    }

    @Test
    void duplicateNameInFileIsError() throws IOException {
        Path file = file("host: a\nhost: b\n");
        assertThat(run(Map.of(), "config", "--config", file.toString()).err())
                .isEqualToIgnoringNewLines("millrace: " + file + ", line 2: 'host' is set twice; remove one");
    }

    @Test
    void missingFileIsError() {
        CommandCall outcome = run(Map.of(), "config", "--config", dir.resolve("none.yaml").toString());
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).hasLineCount(1).contains("none.yaml: there is no such file");
    }

    @Test
    void errorInEnvironmentNamesVariable() {
        CommandCall outcome = run(Map.of("MILLRACE_PARTITIONS", "0"), "config");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).hasLineCount(1)
                .startsWith("millrace: environment MILLRACE_PARTITIONS: Invalid value for option '--partitions'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rtmp-port x", "--rtmp-port 65536", "--kafka nowhere", "--segment 2", "--partitions 0",
        "--retention-size huge", "--log-level loud", "--log-format xml", "--topic-prefix a/b", "--no-such-flag",
        "--segment 70s", "--segment 100ms", "--part 3s", "--part 50ms", "--formats mp4", "--formats ts,", "--formats",
        "--window 5s", "--window 8d",
        "--grace 8d", "--retention 0s", "--retention 59s", "--retention-size 10", "--voters nobody", "--config",
        "stray"})
    void invalidFlagPrintsUsageOnStderrWithCode2(String flags) {
        CommandCall outcome = run(Map.of(), ("config " + flags).split(" "));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("Usage: millrace config").contains("'millrace config --help'");
        assertThat(outcome.lastError()).startsWith("millrace: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no-such-command", "--no-such-flag"})
    void noCommandPrintsAllOfThemOnStderrWithCode2(String arguments) {
        CommandCall outcome = run(Map.of(), arguments.isEmpty() ? new String[0] : arguments.split(" "));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("Usage: millrace").contains("Commands:").contains("  broker ");
        assertThat(outcome.lastError()).startsWith("millrace: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"export", "export live/show", "export show x.mp4", "export live/show x.avi",
        "export live/show x", "export live/../show x.ts", "export live/show x.mp4 --from yesterday",
        "export live/show x.mp4 --from 2026-11-26T20:15:00", "export live/show x.mp4 --from -5m --to -10m",
        "export live/show x.mp4 --json", "replay live/show", "replay live/show rtmp://h/a/b --to 5m",
        "sessions", "sessions live", "streams --kafka nowhere", "streams live/show", "push --force a.mp4 b"})
    void invalidCommandLinesOfAllCommandsAreReportedAlike(String arguments) {
        CommandCall outcome = run(Map.of(), arguments.split(" "));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("Usage: millrace " + arguments.split(" ")[0]);
        assertThat(outcome.lastError()).startsWith("millrace: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"force", "from", "to", "json", "loop"})
    void flagsOfSingleRunAreNotSettings(String name) throws IOException {
        Path file = file(name + ": true\n");
        assertThat(run(Map.of(), "config", "--config", file.toString()).err())
                .contains("line 1: unknown setting '" + name + "'");
    }

    @Test
    void misspelledFlagSuggestsNearestOne() {
        assertThat(run(Map.of(), "config", "--rtmp-prt", "1").err()).contains("--rtmp-port");
    }

    @Test
    void helpAndVersionGoToStdout() {
        for (String[] arguments : new String[][]{{"--help"}, {"broker", "--help"}, {"--version"}}) {
            CommandCall outcome = run(Map.of(), arguments);
            assertThat(outcome.code()).isZero();
            assertThat(outcome.err()).isEmpty();
            assertThat(outcome.out()).contains("millrace");
        }
        assertThat(run(Map.of(), "broker", "--help").out()).contains("--data-dir").contains("Default: ./data");
    }

    private Path file(String content) throws IOException {
        return Files.writeString(dir.resolve("millrace.yaml"), content);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"--tls-cert a.pem | --tls-cert and --tls-key must be set together",
        "--rtmps-port 0 | --rtmps-port requires --tls-cert and --tls-key",
        "--https-port 0 | --https-port requires --tls-cert and --tls-key",
        "--publish-hook ftp://h/ | must be a URL such as", "--proxy-protocol on | is no address or network such as",
        "--publish-hook-timeout 31s | --publish-hook-timeout must be more than 0s and 30s or less"})
    void rejectsInvalidPublisherSettings(String flags, String complaint) {
        List<String> arguments = new java.util.ArrayList<>(List.of("config"));
        arguments.addAll(List.of(flags.split(" ")));
        CommandCall outcome = run(Map.of(), arguments.toArray(String[]::new));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.lastError()).contains(complaint);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --segment 0s           | --segment must be between 500ms and 60s
            --part 3s              | --part must not be longer than --segment, which consists of parts
            --retention 1s         | --retention must be 1m or more
            --retention 1m --window 90s | --window must not be longer than --retention
            --retention-size 10    | --retention-size must be 100MB or more, or 'unlimited'; a number without a unit is in bytes
            """)
    void rejectsInvalidValueUnderItsName(String flags, String complaint) {
        CommandCall outcome = run(Map.of(), ("config " + flags).split(" "));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.lastError()).contains(complaint);
    }

    @Test
    void invalidKafkaClientValueIsReportedWithLine() throws IOException {
        Path file = file("kafka-client:\n  security.protocol: SSLX\n");
        CommandCall outcome = run(Map.of(), "config", "--config", file.toString());
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).hasLineCount(1)
                .startsWith("millrace: " + file + ", line 2: kafka-client: Invalid value "
                        + "SSLX for configuration security.protocol");
    }

    @Test
    void warnsAboutUnknownNames() throws IOException {
        Path file = file("kafka-client:\n  securty.protocol: SSL\n");
        LayeredDefaults defaults = LayeredDefaults.install(CommandLines.all(),
                List.of("config", "--config", file.toString()),
                Map.of("MILLRACE_HTTP_PORTT", "1", "MILLRACE_JAVA_OPTS", "", "MILLRACE_EDGE_PORT", "tcp://10.0.0.1:80",
                        "MILLRACE_EDGE_SERVICE_HOST", "10.0.0.1"));
        assertThat(defaults.warnings()).containsExactly(
                "the environment variable MILLRACE_HTTP_PORTT is not a setting; did you mean MILLRACE_HTTP_PORT?",
                "kafka-client contains 'securty.protocol', which Kafka's clients do not define; "
                        + "did you mean 'security.protocol'?");
    }

    @ParameterizedTest
    @EnumSource(Serving.class)
    void helpOfStageListsOnlyItsFlags(Serving serving) {
        String help = run(Map.of(), serving.command(), "--help").out();
        assertThat(help).contains("This process").contains("--log-level");
        assertThat(help.contains("--publish-hook=")).isEqualTo(serving.stages().contains(Stage.INGEST));
        assertThat(help.contains("--http-port=")).isEqualTo(serving.stages().contains(Stage.EDGE));
        assertThat(help.contains("--kafka-port=")).isEqualTo(serving.mayEmbedBroker());
    }

    @Test
    void everyServingFlagIsInOneHelpGroup() {
        List<String> grouped = Stream.of(FlagGroup.values()).flatMap(group -> group.shownFor(Serving.UP).stream())
                .toList();
        assertThat(grouped).containsExactlyInAnyOrderElementsOf(CommandLines.all().getSubcommands().get("up")
                .getCommandSpec().options().stream().map(SettingNames::of).toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            replay live/show http://h/live/secret   | the address does not begin with rtmp:// or rtmps://
            push a.mp4 rtmp://h/live                | the address must have the form rtmp://host/application/stream
            push a.mp4 rtmp:///live/secret          | the address has no host
            push a.mp4 rtmp://h/live/sec%20ret[     | it contains a character that must be written as %XX
            """)
    void rejectsInvalidPublishAddressWithoutQuotingKey(String arguments, String complaint) {
        CommandCall outcome = run(Map.of(), arguments.split(" "));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.lastError()).endsWith(complaint);
        assertThat(outcome.err()).doesNotContain("secret").doesNotContain("Exception");
    }

    @Test
    void reportsBlankInAddress() {
        assertThat(run(Map.of(), "push", "a.mp4", "rtmp://h/live/my key").lastError())
                .endsWith("it contains a space, which must be written as %20").doesNotContain("my key");
    }

    @Test
    void signsForViewers() throws IOException {
        Path secret = Files.writeString(dir.resolve("viewers"), "0123456789abcdef\n");
        List<String> sign = List.of("sign", "live/show", "--play-secret", secret.toString());
        assertThat(run(Map.of(), sign.toArray(String[]::new)).out())
                .matches("live/show\\?token=\\d{10}-s-[0-9a-f]{64}\\R");
        assertThat(
                run(Map.of("MILLRACE_PLAY_SECRET", secret.toString()), "sign", "live/show", "--address", "2001:db8::1")
                        .out())
                .matches("live/show\\?token=\\d{10}-sa-[0-9a-f]{64}\\R");
        assertThat(
                run(Map.of(), "sign", "live", "--prefix", "--play-secret", secret.toString(), "--address", "192.0.2.7")
                        .out())
                .matches("\\?token=\\d{10}-p1a-[0-9a-f]{64}\\R");
        assertThat(run(Map.of(), "sign", "live", "--play-secret", secret.toString()).lastError())
                .contains("'live' cannot be signed");
        assertThat(run(Map.of(), "sign", "a/b/c/d/e/f/g/h/i/j", "--prefix", "--play-secret", secret.toString())
                .lastError()).isEqualTo("millrace: a prefix has at most 9 segments");
        assertThat(run(Map.of(), "sign", "live/show", "--play-secret", secret.toString(), "--address", "host").err())
                .contains("is not an address");
        assertThat(run(Map.of(), "sign", "live/show", "--play-secret", secret.toString(), "--publish-secret",
                secret.toString()).err()).contains("exclude each other");
    }

    /** Tests only the format of the signature. Its validity is tested in ingest, which checks it. */
    @Test
    void signsStreamUntilExpiry() throws IOException {
        Path secret = file("0123456789abcdef\n");
        long beforeS = System.currentTimeMillis() / 1_000;
        CommandCall outcome = run(Map.of(), "sign", "live/show", "--publish-secret", secret.toString(), "--expires",
                "2h");
        long afterS = System.currentTimeMillis() / 1_000;
        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).matches("live/show\\?expires=\\d{10}&sign=[0-9a-f]{64}\\R");
        long expiresS = Long.parseLong(outcome.out().replaceAll("\\D*expires=(\\d+).*\\R", "$1"));
        assertThat(expiresS - 7_200).isBetween(beforeS, afterS);
    }

    @Test
    void rejectsSigningWithoutSecretOrWithInvalidName() throws IOException {
        assertThat(run(Map.of(), "sign", "live/show").lastError())
                .isEqualTo("millrace: there is no secret to sign with; name its file with --publish-secret, or with"
                        + " --play-secret");
        Path secret = file("short");
        CommandCall outcome = run(Map.of("MILLRACE_PUBLISH_SECRET", secret.toString()), "sign", "live/show");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.lastError()).contains("cannot be used: a secret is a line of 16 characters or more");
        assertThat(run(Map.of(), "sign", "show").lastError()).contains("'show' cannot be signed: a stream name is");
    }

    private static CommandCall run(Map<String, String> environment, String... arguments) {
        return CommandCall.run(environment, List.of(arguments));
    }
}
