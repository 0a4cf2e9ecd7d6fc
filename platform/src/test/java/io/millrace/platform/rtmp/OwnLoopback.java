package io.millrace.platform.rtmp;

/**
 * A loopback address that no other process listens on, because it is derived from this process's ID. Its ports are therefore free
 * without a check that could be outdated when the port is bound. Linux only.
 */
final class OwnLoopback {
    static final String ADDRESS = address(ProcessHandle.current().pid());

    private OwnLoopback() {}

    private static String address(long pid) {
        return "127.%d.%d.%d".formatted(64 + (pid >> 16 & 63), pid >> 8 & 255, 1 + pid % 254);
    }
}
