package io.millrace.packager;

/**
 * An address of the loopback that no other process listens on: made of this process's number. So a port of it is free, without
 * a look that may be outdated when the port is taken. Linux only.
 */
final class OwnLoopback {
    static final String ADDRESS = address(ProcessHandle.current().pid());

    private OwnLoopback() {}

    private static String address(long pid) {
        return "127.%d.%d.%d".formatted(64 + (pid >> 16 & 63), pid >> 8 & 255, 1 + pid % 254);
    }
}
