package io.millrace.launcher.e2e;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

/**
 * The command line of a {@code millrace} process from the built jars.
 *
 * <p>The processes of tests live for seconds and spend most of their CPU time on starting. So they share an AOT cache of
 * loaded and linked classes (JEP 514), which the first one of a build makes by a run of {@code millrace demo}; and they
 * have neither C2 nor G1, whose threads cost more than they save.
 */
public final class MillraceCommand {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path JAR = TARGET.resolve("launcher.jar");
    private static final Path CACHE = TARGET.resolve("millrace.aot");

    private MillraceCommand() {}

    /**
     * Returns the words of {@code millrace ARGUMENTS}.
     *
     * @param jvm more flags of the JVM
     */
    public static List<String> line(List<String> jvm, List<String> arguments) throws IOException {
        makeCache();
        return line("-XX:AOTCache=" + CACHE, jvm, arguments);
    }

    /** As {@link #line(List, List)}, with resources that take precedence over those of the jars. */
    public static List<String> line(Path resources, List<String> jvm, List<String> arguments) throws IOException {
        return line(resources + File.pathSeparator + JAR, "io.millrace.launcher.Main", jvm, arguments);
    }

    /** Returns the words that run another main class of the jars. */
    public static List<String> ofMain(String main, List<String> jvm, List<String> arguments) throws IOException {
        return line(JAR.toString(), main, jvm, arguments);
    }

    private static List<String> line(String classPath, String main, List<String> jvm, List<String> arguments)
            throws IOException {
        List<String> line = new ArrayList<>(line(jvm, arguments));
        int jar = line.indexOf("-jar");
        line.set(jar, "-cp");
        line.set(jar + 1, classPath);
        line.add(jar + 2, main);
        return line;
    }

    private static List<String> line(String cache, List<String> jvm, List<String> arguments) {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", cache,
                // A JVM whose flags do not fit starts without the cache and says nothing.
                "-Xlog:aot=off", "-Xlog:aot+codecache+stubs=off"));
        line.addAll(jvm);
        line.addAll(List.of("-jar", JAR.toString()));
        line.addAll(arguments);
        return line;
    }

    private static synchronized void makeCache() throws IOException {
        try (FileChannel channel = FileChannel.open(TARGET.resolve("millrace.aot.lock"), CREATE, WRITE);
                FileLock _ = channel.lock()) {
            if (Files.notExists(CACHE)
                    || Files.getLastModifiedTime(CACHE).compareTo(Files.getLastModifiedTime(JAR)) < 0) {
                Path made = TARGET.resolve("millrace.aot.new");
                train(made);
                Files.move(made, CACHE, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static void train(Path output) throws IOException {
        Path dir = Files.createTempDirectory(TARGET, "aot");
        List<String> demo = line("-XX:AOTCacheOutput=" + output, List.of("-Xmx1g"),
                List.of("demo", "--rtmp-port", "0", "--http-port", "0", "--admin-port", "0", "--kafka-port", "0",
                        "--data-dir", dir.resolve("data").toString()));
        try (MillraceProcess process = MillraceProcess.run(dir, "demo", demo)) {
            process.ready();
            process.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the AOT cache was made", e);
        }
    }
}
