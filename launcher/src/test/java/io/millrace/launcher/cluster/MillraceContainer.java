package io.millrace.launcher.cluster;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.model.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame.OutputType;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * One node in a container, hardened like those of compose.yaml: read-only except for {@code /tmp} and {@code /data},
 * not root, no capabilities. It uses the host's network and receives its loopback ports as environment variables.
 */
final class MillraceContainer extends GenericContainer<MillraceContainer> {
    /** Eleven JVMs share two cores while a cluster starts. */
    private static final Duration READY = Duration.ofMinutes(3);
    private static final int STOP_SECONDS = 40;
    private static final long MEMORY_BYTES = 1L << 30;

    private final String hostName;

    MillraceContainer(String image, String command, String hostName, Map<String, String> variables) {
        super(DockerImageName.parse(image));
        this.hostName = hostName;
        withCommand(command);
        withEnv(variables);
        withNetworkMode("host");
        // The image was just built here, and there may be no registry.
        withImagePullPolicy(_ -> false);
        withTmpFs(Map.of("/tmp", "exec,mode=1777,size=128m"));
        withCreateContainerCmdModifier(create -> create.withHostName(hostName).getHostConfig().withReadonlyRootfs(true)
                .withCapDrop(Capability.ALL).withSecurityOpts(List.of("no-new-privileges:true"))
                .withMemory(MEMORY_BYTES));
        // Or the line of an error message.
        waitingFor(Wait.forLogMessage("(ready|millrace:) .*\\n", 1).withStartupTimeout(READY));
    }

    @Override
    public void start() {
        super.start();
        if (readyLines() == 0) {
            throw new AssertionError(hostName + " does not start: " + getLogs());
        }
    }

    /** Sends SIGKILL and returns when the container has ended. */
    void kill() {
        docker().killContainerCmd(getContainerId()).exec();
        awaitEnd();
    }

    /** Sends SIGTERM and returns when the container has ended. */
    void drain() {
        docker().stopContainerCmd(getContainerId()).withTimeout(STOP_SECONDS).exec();
        awaitEnd();
    }

    /** Freezes all its processes; its sockets stay open. */
    void pause() {
        docker().pauseContainerCmd(getContainerId()).exec();
    }

    void resume() {
        docker().unpauseContainerCmd(getContainerId()).exec();
    }

    /** Starts the container, for the first time or again with its data. Returns when it is ready. */
    void startOrRestart() {
        if (getContainerId() == null) {
            start();
            return;
        }
        long before = readyLines();
        docker().startContainerCmd(getContainerId()).exec();
        Awaitility.await("it is ready again").atMost(READY).until(() -> readyLines() > before);
    }

    /** Removes the container and its data; its log stays in {@code NAME.log}. */
    void end(Path logs) {
        if (getContainerId() != null) {
            try {
                Files.writeString(Files.createDirectories(logs).resolve(hostName + ".log"), getLogs());
            } catch (IOException e) {
                logger().warn("its log cannot be kept", e);
            }
        }
        stop();
    }

    /** Returns the status of the image's health check: {@code starting}, {@code healthy} or {@code unhealthy}. */
    String health() {
        return state().getHealth().getStatus();
    }

    private long readyLines() {
        return getLogs(OutputType.STDOUT).lines().filter(line -> line.startsWith("ready ")).count();
    }

    private void awaitEnd() {
        Awaitility.await("it has ended").until(() -> !Boolean.TRUE.equals(state().getRunning()));
    }

    private ContainerState state() {
        return docker().inspectContainerCmd(getContainerId()).exec().getState();
    }

    private DockerClient docker() {
        return getDockerClient();
    }
}
