package io.millrace.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.millrace.launcher.settings.LayeredDefaults;
import io.millrace.platform.WatchedFiles;
import io.millrace.platform.rtmp.ConnectionLimits;
import io.millrace.testkit.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** A settings file that changes while the process runs. */
class LiveSettingsTest {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Level before = root.getLevel();
    private final LogCapture said = new LogCapture(LiveSettings.class, WatchedFiles.class);
    @TempDir
    private Path dir;
    private Path file;

    @BeforeEach
    void begin() throws IOException {
        file = Files.writeString(dir.resolve("millrace.yaml"), "segment: 3s\n");
    }

    @AfterEach
    void restore() {
        said.close();
        root.setLevel(before);
    }

    private LiveSettings open(String... more) {
        var arguments = List.of("ingest", "--config", file.toString());
        var all = Stream.concat(arguments.stream(), List.of(more).stream()).toList();
        var commands = CommandLines.all();
        LayeredDefaults.install(commands, all, Map.of());
        var parsed = commands.parseArgs(all.toArray(String[]::new)).subcommand();
        return LiveSettings.open(parsed.commandSpec(),
                ((ServeCommand) parsed.commandSpec().userObject()).options().rules());
    }

    private static int segmentMs(LiveSettings settings) {
        return settings.rules().byDefault().segmentTargetMs();
    }

    @Test
    void rulesAndLogLevelFollowTheFile() throws IOException {
        try (LiveSettings settings = open()) {
            assertThat(segmentMs(settings)).isEqualTo(3_000);
            Files.writeString(file, "segment: 4s\nlog-level: debug\napplications: {live: {segment: 6s}}\n");
            settings.reloadIfChanged();
            assertThat(segmentMs(settings)).isEqualTo(4_000);
            assertThat(settings.rules().longestSegmentMs()).isEqualTo(6_000);
            assertThat(root.getLevel()).isEqualTo(Level.DEBUG);
            assertThat(said.lines()).contains("INFO log-level is debug now, was info",
                    "INFO segment is 4s, was 3s; this applies to epochs that begin from now on",
                    "INFO applications.live.segment is 6s, was not set; this applies to epochs that begin from now on");
            Files.writeString(file, "segment: 4s\nlog-level: warn\n");
            settings.reloadIfChanged();
            assertThat(said.lines()).contains("INFO log-level is warn now, was debug");
        }
    }

    @Test
    void limitsFollowTheFile() throws IOException {
        List<LiveLimits> followed = new ArrayList<>();
        try (LiveSettings settings = open()) {
            settings.follow(followed::add);
            Files.writeString(file, "segment: 3s\nrtmp-limits: {per-address: 7}\nhttp-limits: {idle: 9s}\n"
                    + "max-bitrate: 3Mbit\n");
            settings.reloadIfChanged();
            assertThat(followed).hasSize(2);
            assertThat(followed.getFirst().rtmp().connections()).isEqualTo(ConnectionLimits.DEFAULT);
            assertThat(followed.getLast().rtmp().connections().perAddress()).isEqualTo(7);
            assertThat(followed.getLast().http().idle()).hasSeconds(9);
            assertThat(followed.getLast().maxBitsPerSecond()).isEqualTo(3_000_000);
            assertThat(said.lines()).contains(
                    "INFO max-bitrate is 3Mbit, was off; this applies to connections that begin from now on");
            Files.writeString(file, "segment: 4s\nrtmp-limits: {per-address: 0}\n");
            settings.reloadIfChanged();
            assertThat(followed).as("an invalid value changes nothing").hasSize(2);
            assertThat(segmentMs(settings)).isEqualTo(3_000);
        }
    }

    @Test
    void otherChangesNeedRestart() throws IOException {
        try (LiveSettings settings = open()) {
            Files.writeString(file, """
                    segment: 3s
                    http-port: 81
                    publish-hook: http://u:planted@h/a?t=planted
                    applications: {live: {play-keys: k.txt}}
                    """);
            settings.reloadIfChanged();
            assertThat(said.texts(Level.WARN)).containsExactlyInAnyOrder(
                    "http-port is 81 in the settings file, was 8080; restart this process to apply it",
                    "publish-hook is http://[hidden]@h/a?[hidden] in the settings file, was none; restart this process "
                            + "to apply it",
                    "applications.live.play-keys is k.txt in the settings file, was not set; restart this process to "
                            + "apply it");
            assertThat(said.lines()).noneMatch(line -> line.contains("planted"));
        }
    }

    @Test
    void hangupReadsTheFileAndAlwaysAnswers() throws IOException {
        try (LiveSettings settings = open()) {
            settings.hangup();
            assertThat(said.lines()).contains("INFO SIGHUP: the settings in force have not changed");
            Files.writeString(file, "segment: x\n");
            settings.hangup();
            settings.hangup();
            assertThat(said.texts(Level.WARN)).hasSize(2).allMatch(line -> line.contains("cannot be used: "));
            Files.writeString(file, "segment: 4s\n");
            settings.hangup();
            assertThat(segmentMs(settings)).isEqualTo(4_000);
        }
    }

    @Test
    void flagsTakePrecedenceStill() throws IOException {
        try (LiveSettings settings = open("--segment", "5s")) {
            Files.writeString(file, "segment: 4s\n");
            settings.reloadIfChanged();
            assertThat(segmentMs(settings)).isEqualTo(5_000);
        }
    }

    @Test
    void invalidFileChangesNothing() throws IOException {
        try (LiveSettings settings = open()) {
            for (String mistake : List.of("segment: 90s\n", "segmnt: 4s\n", "segment: [\n", "segment: x\n",
                    "applications: {live: {part: 5s}}\n")) {
                Files.writeString(file, mistake + "grace: 1s\n");
                settings.reloadIfChanged();
                assertThat(segmentMs(settings)).as(mistake).isEqualTo(3_000);
                assertThat(settings.rules().byDefault().graceMs()).as(mistake).isEqualTo(30_000);
            }
            assertThat(said.texts(Level.WARN)).hasSize(5).allMatch(line -> line.contains("cannot be used: "));
            Files.writeString(file, "segment: 4s\n");
            settings.reloadIfChanged();
            assertThat(segmentMs(settings)).isEqualTo(4_000);
        }
    }
}
