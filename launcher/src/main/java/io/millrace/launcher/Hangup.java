package io.millrace.launcher;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP, which servers understand as the request to read their settings again, and which ends a JVM otherwise. The only
 * way to it is {@code sun.misc.Signal} of the module jdk.unsupported; {@code HangupTest} is the contract test. The class
 * is found by name because the compiler warns about it in a way that cannot be suppressed.
 */
final class Hangup {
    private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);

    private Hangup() {}

    /** Runs {@code action} on a thread of its own at each SIGHUP from now on. Without a SIGHUP (Windows), does nothing. */
    static void handle(Runnable action) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            MethodHandle run = lookup.findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                    .bindTo(action);
            Object adapted = MethodHandleProxies.asInterfaceInstance(handler,
                    MethodHandles.dropArguments(run, 0, signal));
            Object hangup = lookup.findConstructor(signal, MethodType.methodType(void.class, String.class))
                    .invoke("HUP");
            Object _ = lookup.findStatic(signal, "handle", MethodType.methodType(handler, signal, handler))
                    .invoke(hangup, adapted);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("SIGHUP cannot be handled; it ends the process", e);
        } catch (Throwable e) {
            // A method handle declares everything; these methods throw no other checked exceptions.
            throw new IllegalStateException(e);
        }
    }
}
