package io.millrace.platform.net;

import java.io.IOException;
import java.net.BindException;
import java.nio.channels.UnresolvedAddressException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class ListenFaultTest {
    @ParameterizedTest
    @MethodSource("faults")
    void eachFaultHasCauseAndRemedy(Exception fault, String sentence) {
        assertThat(ListenFault.of("RTMP", "10.9.9.9", 935, "--host", "--rtmp-port", fault))
                .hasMessage("RTMP cannot listen on 10.9.9.9:935: " + sentence).hasCause(fault);
    }

    private static Stream<Arguments> faults() {
        String taken = "another process listens there; stop that one, or choose another port with --rtmp-port";
        String denied = "permission denied; choose a port of 1024 or more with --rtmp-port, or grant CAP_NET_BIND_SERVICE";
        return Stream.of(Arguments.of(new BindException("Address already in use"), taken),
                Arguments.of(new IOException("bind(..) failed with error(-98): Address already in use"), taken),
                Arguments.of(new BindException("Permission denied"), denied),
                Arguments.of(new IOException("bind(..) failed with error(-13): Permission denied"), denied),
                Arguments.of(new BindException("Cannot assign requested address"),
                        "this machine has no such address; choose one that it has with --host"),
                Arguments.of(new UnresolvedAddressException(),
                        "the name is not known here; choose an address of this machine with --host"));
    }
}
