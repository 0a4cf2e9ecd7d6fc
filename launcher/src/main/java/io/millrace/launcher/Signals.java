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

/** What the JDK does not offer: while shutdown hooks run, a JVM ignores every further SIGINT and SIGTERM. */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
    /** The same numbers on Linux and macOS. */
    private static final int[] SIGINT_AND_SIGTERM = {2, 15};
    /** SIG_DFL: the system ends the process. */
    private static final MemorySegment DEFAULT = MemorySegment.NULL;

    private Signals() {}

    /** Gives SIGINT and SIGTERM back to the system, by {@code signal(2)}, so that the next one ends the process at once. */
    @SuppressWarnings("restricted")
    static void letTheNextOneKill() {
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
            // Without it a second signal is ignored, as by any other Java program.
            LOG.debug("signals stay as they are", e);
        }
    }
}
