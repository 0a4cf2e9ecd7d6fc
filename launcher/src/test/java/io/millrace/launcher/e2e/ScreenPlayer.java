package io.millrace.launcher.e2e;

import io.millrace.launcher.RequiredTool;
import io.millrace.launcher.e2e.Ffmpeg.Shown;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** A real player as people have it, in front of no screen and no loudspeaker, that plays a stream to its end and leaves behind what it showed. */
abstract class ScreenPlayer implements AutoCloseable {
    private static final long END_SECONDS = 60;

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

    /** Checksums of the pictures in order, as {@link Ffmpeg#shown} has them. */
    abstract List<String> pictures() throws Exception;

    /** How many of so many pictures it may leave out. */
    abstract int leavesOut(int pictures);

    /** Seconds of sound that is not silence. */
    abstract double soundSeconds() throws Exception;

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
        int leavesOut(int pictures) {
            return 0;
        }

        @Override
        double soundSeconds() throws IOException {
            return Shown.SOUND.checksums(log).stream().distinct().count() * FRAME_SECONDS;
        }
    }

    /** VLC, which writes what it would show into a file of bare pictures, and what would be heard into another. */
    static final class Vlc extends ScreenPlayer {
        private static final String NOBODY = "65534";
        private static final int WAV_HEADER_BYTES = 44;
        private static final int SAMPLES_A_SECOND = 2 * 48_000;

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
                command.addAll(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
            }
            Files.createDirectory(home);
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
            Files.setPosixFilePermissions(home.getParent(), PosixFilePermissions.fromString("rwx--x--x"));
            command.addAll(List.of(vlc, "--intf", "dummy", "--no-dbus", "--play-and-exit", "--network-caching=300",
                    "--no-spu", "--no-video-title-show", "--no-drop-late-frames", "--no-skip-frames", "--vout", "yuv",
                    "--yuv-yuv4mpeg2", "--yuv-file=" + home.resolve("pictures.y4m"), "--aout", "afile",
                    "--audiofile-file=" + home.resolve("sound.wav"), url));
            return command;
        }

        private static Path home(Path dir, String name) {
            return dir.resolve(name);
        }

        /** One that stays on the screen is written more than once. */
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

        /** Whatever it is told: those whose time is over on a busy machine. */
        @Override
        int leavesOut(int pictures) {
            return pictures / 5;
        }

        @Override
        double soundSeconds() throws IOException {
            var samples = ByteBuffer.wrap(Files.readAllBytes(sound)).position(WAV_HEADER_BYTES).slice()
                    .order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
            int heard = 0;
            while (samples.hasRemaining()) {
                heard += samples.get() == 0 ? 0 : 1;
            }
            return (double) heard / SAMPLES_A_SECOND;
        }
    }
}
