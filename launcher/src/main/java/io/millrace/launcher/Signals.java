package io.millrace.launcher;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Restores the default action of SIGINT and SIGTERM, because a JVM ignores both while its shutdown hooks run. */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
    /** The signal numbers, which are the same on Linux and macOS. */
    private static final int[] SIGINT_AND_SIGTERM = {2, 15};
    /** SIG_DFL: the kernel ends the process. */
    private static final MemorySegment DEFAULT = MemorySegment.NULL;

    private Signals() {}

    /** Makes the next SIGINT or SIGTERM end the process at once, by calling {@code signal(2)}. */
    @SuppressWarnings("restricted")
    static void restoreDefaults() {
        try {
            Linker linker = Linker.nativeLinker();
            SymbolLookup libc = linker.defaultLookup();
            Optional<MemorySegment> signal = libc.find("signal");
            if (signal.isEmpty()) {
                return;
            }
            MethodHandle set = linker.downcallHandle(signal.get(),
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
            for (int number : SIGINT_AND_SIGTERM) {
                MemorySegment _ = (MemorySegment) set.invokeExact(number, DEFAULT);
            }
        } catch (Throwable e) {
            // A second signal is then ignored, as by any other Java program.
            LOG.debug("cannot restore the default signal actions; a second signal is ignored", e);
        }
    }
}
