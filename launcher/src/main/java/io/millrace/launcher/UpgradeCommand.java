package io.millrace.launcher;

import io.millrace.launcher.settings.ClusterOptions;
import io.millrace.platform.kafka.LogVersionWatch;
import io.millrace.platform.log.LogVersions;
import io.millrace.tools.past.PastLog;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code upgrade}: prints the version of the log, or makes the newest version final. */
@Command(name = "upgrade", sortOptions = false, description = "Prints the version of the log (status), or makes the version of this release final (finalize): from then on, nodes write it, and earlier releases cannot be started any more.")
final class UpgradeCommand implements Callable<Integer> {
    /** The action to perform. */
    enum Action {
        STATUS, FINALIZE
    }

    @Mixin
    private HelpFlag help;
    @Parameters(index = "0", paramLabel = "status|finalize", description = "'status' prints the version that nodes write and the one that this release can write; 'finalize' ends a rolling upgrade, once all nodes run this release.")
    private Action action;
    @Mixin
    private ClusterOptions cluster;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Logging.apply(cluster.logOptions());
        PrintWriter out = spec.commandLine().getOut();
        try (PastLog log = PastLog.open(cluster.kafka())) {
            int current = LogVersionWatch.current(log.kafka());
            int newest = LogVersions.newest();
            switch (action) {
                case STATUS -> out.println("the log is at version " + current + ", release " + Version.name()
                        + " can write version " + newest);
                case FINALIZE -> {
                    if (current >= newest) {
                        out.println("the log is at version " + current + ", there is nothing to finalize");
                    } else {
                        LogVersionWatch.write(log.kafka(), newest, Version.name(), System.currentTimeMillis());
                        out.println("version " + newest + " of the log is final, nodes write it from now on; releases"
                                + " before " + Version.name() + " cannot be started any more");
                    }
                }
            }
        }
        return ExitCode.OK;
    }
}
