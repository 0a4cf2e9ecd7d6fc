package io.millrace.launcher.e2e;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A running Millrace: all stages in one process, or each stage in its own process. */
final class Deployment implements AutoCloseable {
    enum Layout {
        /** {@code millrace up}. */
        ONE_PROCESS,
        /** {@code millrace broker}, {@code ingest}, {@code segmenter}, {@code packager}, {@code edge}. */
        A_PROCESS_A_STAGE
    }

    private final List<MillraceProcess> processes = new ArrayList<>();
    private String rtmp;
    private String http;
    private String admin;
    private String kafka;

    private Deployment() {}

    /**
     * Starts {@code layout} on free loopback ports with its data under {@code dir}, and returns when all processes are
     * ready.
     */
    static Deployment start(Layout layout, Path dir, String... flags) throws IOException, InterruptedException {
        Deployment deployment = new Deployment();
        try {
            switch (layout) {
                case ONE_PROCESS -> deployment.startOne(dir, flags);
                case A_PROCESS_A_STAGE -> deployment.startStages(dir, flags);
            }
            return deployment;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            deployment.close();
            throw e;
        }
    }

    /** Returns {@code rtmp://127.0.0.1:port}. */
    String rtmp() {
        return rtmp;
    }

    URI http(String path) {
        return URI.create(http + path);
    }

    URI admin(String path) {
        return URI.create(admin + path);
    }

    /** Returns {@code host:port} of the broker. */
    String kafka() {
        return kafka;
    }

    MillraceProcess process(int index) {
        return processes.get(index);
    }

    @Override
    public void close() {
        for (MillraceProcess process : processes.reversed()) {
            process.close();
        }
    }

    private void startOne(Path dir, String... flags) throws IOException, InterruptedException {
        MillraceProcess up = run(dir, "up", with(flags, "--host", "127.0.0.1", "--rtmp-port", "0", "--http-port", "0",
                "--admin-port", "0", "--kafka-port", "0", "--data-dir", dir.resolve("data").toString()));
        rtmp = up.ready().get("rtmp");
        http = up.ready().get("http");
        admin = up.ready().get("admin");
        kafka = up.ready().get("kafka");
    }

    private void startStages(Path dir, String... flags) throws IOException, InterruptedException {
        MillraceProcess broker = run(dir, "broker",
                with(new String[0], "--kafka-port", "0", "--data-dir",
                        dir.resolve("data").toString()));
        kafka = broker.ready().get("kafka");
        String[] common = {"--kafka", kafka, "--host", "127.0.0.1", "--admin-port", "0"};
        MillraceProcess ingest = run(dir, "ingest",
                with(flags, Stream.concat(Stream.of(common), Stream.of("--rtmp-port", "0")).toArray(String[]::new)));
        MillraceProcess segmenter = run(dir, "segmenter",
                with(flags,
                        Stream.concat(Stream.of(common), Stream.of("--data-dir", dir.resolve("segmenter").toString()))
                                .toArray(String[]::new)));
        MillraceProcess packager = run(dir, "packager", with(flags, common));
        MillraceProcess edge = run(dir, "edge",
                with(flags, Stream.concat(Stream.of(common), Stream.of("--rtmp-port", "0", "--http-port", "0"))
                        .toArray(String[]::new)));
        rtmp = ingest.ready().get("rtmp");
        segmenter.ready();
        packager.ready();
        http = edge.ready().get("http");
        admin = edge.ready().get("admin");
    }

    private MillraceProcess run(Path dir, String command, List<String> flags) throws IOException {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(flags);
        MillraceProcess process = MillraceProcess.start(dir, command, args);
        processes.add(process);
        return process;
    }

    private static List<String> with(String[] flags, String... more) {
        return Stream.concat(Stream.of(flags), Stream.of(more)).toList();
    }
}
