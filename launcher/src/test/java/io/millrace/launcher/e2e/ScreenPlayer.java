package io.millrace.launcher.e2e;

import io.millrace.launcher.RequiredTool;
import io.millrace.launcher.e2e.Ffmpeg.Shown;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** A real player without screen and loudspeaker, which plays a stream to its end and records what it showed. */
abstract class ScreenPlayer implements AutoCloseable {
    private static final long END_SECONDS = 300;
    private static final double FRAMES_PER_SECOND = 30;

    private final String name;
    private final Process process;
    final Path log;

    private ScreenPlayer(String name, Path log, List<String> command, Map<String, String> environment)
            throws IOException {
        this.name = name;
        this.log = log;
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        process = builder.start();
    }

    /** Checksums of the displayed frames in order, as of {@link Ffmpeg#shown}. */
    abstract List<String> pictures() throws Exception;

    /** Whether video and audio have been received. */
    abstract boolean showsSomething() throws IOException;

    /**
     * Asserts that what it showed and played is correct; {@code published} is what the stream showed from beginning to
     * end.
     */
    abstract void assertEndOf(List<String> published) throws Exception;

    final void isPartOf(List<String> published) throws Exception {
        assertThat(pictures()).as("pictures in %s", this).isNotEmpty();
        assertThat(published).as("pictures in %s, none that is not whole", this).containsSubsequence(pictures());
    }

    /** Returns once the player has ended by itself. */
    final void awaitEnd() throws IOException, InterruptedException {
        assertThat(process.waitFor(END_SECONDS, TimeUnit.SECONDS)).as("%s ends with the stream", this).isTrue();
        assertThat(process.exitValue()).as("exit code of %s, which says %s", this, Files.readString(log)).isZero();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    @Override
    public String toString() {
        return name;
    }

    /** FFmpeg's player, which logs what it has decoded. */
    static final class Ffplay extends ScreenPlayer {
        private static final double FRAME_SECONDS = 1024 / 48_000.0;

        Ffplay(String url, Path dir, String name) throws IOException {
            super(name, dir.resolve(name + ".log"),
                    List.of(RequiredTool.find("ffplay").toString(), "-hide_banner", "-nostats", "-autoexit",
                            "-noframedrop", "-vf", Shown.PICTURES.filter, "-af", Shown.SOUND.filter, url),
                    Map.of("SDL_VIDEODRIVER", "dummy", "SDL_AUDIODRIVER", "dummy"));
        }

        @Override
        List<String> pictures() throws IOException {
            return Shown.PICTURES.checksums(log);
        }

        @Override
        boolean showsSomething() throws IOException {
            return pictures().size() > FRAMES_PER_SECOND && !Shown.SOUND.checksums(log).isEmpty();
        }

        /** Everything from where it began, because it drops nothing, however slow the machine is. */
        @Override
        void assertEndOf(List<String> published) throws Exception {
            isPartOf(published);
            List<String> shown = pictures();
            assertThat(published.subList(published.size() - shown.size(), published.size()))
                    .as("pictures in %s, all to the end", this).isEqualTo(shown);
            double soundSeconds = Shown.SOUND.checksums(log).size() * FRAME_SECONDS;
            assertThat(soundSeconds).as("sound in %s", this).isCloseTo(shown.size() / FRAMES_PER_SECOND, within(1.0));
        }
    }

    /** VLC, which writes the displayed frames to one file and the audio to another. */
    static final class Vlc extends ScreenPlayer {
        private static final String UNPRIVILEGED_ID = "65534";
        private static final String LATE = "is called too late";
        private static final int WAV_HEADER_BYTES = 44;
        private static final long SOME_BYTES = 100_000;
        private static final int SAMPLES_PER_SECOND = 2 * 48_000;

        private final Ffmpeg ffmpeg;
        private final Path pictures;
        private final Path sound;

        Vlc(Ffmpeg ffmpeg, String url, Path dir, String name) throws IOException {
            super(name, dir.resolve(name + ".log"), command(url, home(dir, name)),
                    Map.of("HOME", home(dir, name).toString()));
            this.ffmpeg = ffmpeg;
            pictures = home(dir, name).resolve("pictures.y4m");
            sound = home(dir, name).resolve("sound.wav");
        }

        private static List<String> command(String url, Path home) throws IOException {
            List<String> command = new ArrayList<>();
            String vlc = RequiredTool.find("vlc").toString();
            if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
                // VLC does not run as root.
                command.addAll(List.of("setpriv", "--reuid=" + UNPRIVILEGED_ID, "--regid=" + UNPRIVILEGED_ID,
                        "--clear-groups"));
            }
            Files.createDirectory(home);
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
            Files.setPosixFilePermissions(home.getParent(), PosixFilePermissions.fromString("rwx--x--x"));
            command.addAll(List.of(vlc, "--intf", "dummy", "--no-dbus", "--play-and-exit", "--network-caching=300",
                    "--no-spu", "--no-video-title-show", "--no-drop-late-frames", "--no-skip-frames",
                    "--no-avcodec-hurry-up",
                    "--vout", "yuv",
                    "--yuv-yuv4mpeg2", "--yuv-file=" + home.resolve("pictures.y4m"), "--aout", "afile",
                    "--audiofile-file=" + home.resolve("sound.wav"), url));
            return command;
        }

        private static Path home(Path dir, String name) {
            return dir.resolve(name);
        }

        /** A frame that stays on the screen is written more than once. */
        @Override
        List<String> pictures() throws Exception {
            List<String> distinct = new ArrayList<>();
            for (String picture : ffmpeg.shown(pictures)) {
                if (distinct.isEmpty() || !distinct.getLast().equals(picture)) {
                    distinct.add(picture);
                }
            }
            return distinct;
        }

        @Override
        boolean showsSomething() throws IOException {
            return Files.exists(pictures) && Files.size(pictures) > SOME_BYTES && Files.exists(sound)
                    && Files.size(sound) > SOME_BYTES;
        }

        @Override
        void assertEndOf(List<String> published) throws Exception {
            long resets = Files.readString(log, StandardCharsets.ISO_8859_1).lines().filter(line -> line.contains(LATE))
                    .count();
            assertRunOf(published, pictures(), resets);
            assertThat(soundSeconds()).as("sound in %s", this).isPositive();
        }

        /**
         * Asserts that VLC showed whole pictures in a run without a hole. The last ones may be missing, because they stay in
         * its decoder. A VLC that is too late for its own clock drops what it holds and shows pictures without their
         * references until the next keyframe, so each such reset excuses a hole and one GOP of pictures that are not whole.
         */
        static void assertRunOf(List<String> published, List<String> shown, long resets) {
            Set<String> whole = Set.copyOf(published);
            List<String> shownWhole = shown.stream().filter(whole::contains).toList();
            assertThat(shownWhole).as("whole pictures").isNotEmpty();
            assertThat(published).as("the whole pictures, in their order").containsSubsequence(shownWhole);
            assertThat(shown.size() - shownWhole.size()).as("pictures that are not whole, after %d resets", resets)
                    .isLessThanOrEqualTo((int) resets * PlayersIT.GROUP_FRAMES);
            if (resets == 0) {
                assertThat(Collections.indexOfSubList(published, shown)).as("pictures without a hole").isNotNegative();
            }
        }

        private double soundSeconds() throws IOException {
            var samples = ByteBuffer.wrap(Files.readAllBytes(sound)).position(WAV_HEADER_BYTES).slice()
                    .order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
            int heard = 0;
            while (samples.hasRemaining()) {
                heard += samples.get() == 0 ? 0 : 1;
            }
            return (double) heard / SAMPLES_PER_SECOND;
        }
    }
}
