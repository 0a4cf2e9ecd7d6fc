package io.millrace.platform.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ConnectionAdmissionTest {
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    private final List<String> disconnected = new ArrayList<>();

    @Test
    void replacesOldestPendingConnection() {
        var admission = new ConnectionAdmission(NO_LIMIT, 3, NO_LIMIT);
        enter(admission, "first");
        ConnectionAdmission.Place second = enter(admission, "second");
        enter(admission, "third");
        assertThat(disconnected).as("at the limit").isEmpty();
        enter(admission, "fourth");
        assertThat(disconnected).containsExactly("first");
        second.accepted();
        enter(admission, "fifth");
        assertThat(disconnected).as("the second is no longer pending").containsExactly("first");
        enter(admission, "sixth");
        assertThat(disconnected).containsExactly("first", "third");
    }

    @Test
    void replacesPendingButNotAcceptedConnections() {
        var admission = new ConnectionAdmission(2, NO_LIMIT, NO_LIMIT);
        enter(admission, "first").accepted();
        enter(admission, "second");
        ConnectionAdmission.Place third = enter(admission, "third");
        assertThat(disconnected).containsExactly("second");
        assertThat(admission.connections()).isEqualTo(2);
        third.accepted();
        assertThat(admission.enter(() -> disconnected.add("fourth"))).as("none is pending").isEmpty();
        third.leave();
        third.leave();
        assertThat(admission.connections()).isEqualTo(1);
        enter(admission, "fifth");
        assertThat(disconnected).containsExactly("second");
    }

    @Test
    void countsByAddress() throws UnknownHostException {
        var admission = new ConnectionAdmission(NO_LIMIT, NO_LIMIT, 2);
        InetAddress address = InetAddress.getByName("127.0.0.1");
        ConnectionAdmission.Place first = enter(admission, "first");
        assertThat(first.enter(address)).isTrue();
        assertThat(enter(admission, "second").enter(address)).isTrue();
        ConnectionAdmission.Place third = enter(admission, "third");
        assertThat(third.enter(address)).as("over the limit").isFalse();
        assertThat(enter(admission, "other").enter(InetAddress.getByName("127.0.0.2"))).isTrue();
        third.leave();
        assertThat(enter(admission, "fourth").enter(address)).as("the third was not counted").isFalse();
        first.leave();
        assertThat(enter(admission, "fifth").enter(address)).isTrue();
    }

    @Test
    void countsIpv6AddressByNetwork() throws UnknownHostException {
        var admission = new ConnectionAdmission(NO_LIMIT, NO_LIMIT, 2);
        assertThat(enter(admission, "a").enter(InetAddress.getByName("2001:db8:0:1::1"))).isTrue();
        assertThat(enter(admission, "b").enter(InetAddress.getByName("2001:db8:0:1:ffff::1"))).isTrue();
        assertThat(enter(admission, "c").enter(InetAddress.getByName("2001:db8:0:1::7"))).isFalse();
        assertThat(enter(admission, "d").enter(InetAddress.getByName("2001:db8:0:2::7"))).isTrue();
    }

    @Test
    void forgetsAddressesWithoutConnections() throws UnknownHostException {
        var admission = new ConnectionAdmission(NO_LIMIT, NO_LIMIT, 2);
        for (int i = 1; i <= 200; i++) {
            ConnectionAdmission.Place place = enter(admission, "");
            place.enter(InetAddress.getByAddress(new byte[]{127, 0, 0, (byte) i}));
            place.leave();
        }
        assertThat(admission.addresses()).isZero();
        assertThat(admission.connections()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 1", "1, 0, 1", "1, 1, 0"})
    void rejectsLimitOfZero(int limit, int pendingLimit, int perAddress) {
        assertThatThrownBy(() -> new ConnectionAdmission(limit, pendingLimit, perAddress))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("a limit of 0 connections refuses everyone");
    }

    @Test
    void admitsOneConnectionWithSmallestLimits() throws UnknownHostException {
        var admission = new ConnectionAdmission(1, 1, 1);
        ConnectionAdmission.Place first = enter(admission, "first");
        assertThat(first.enter(InetAddress.getByName("127.0.0.1"))).isTrue();
        first.accepted();
        assertThat(admission.enter(() -> disconnected.add("second"))).isEmpty();
        first.leave();
        assertThat(enter(admission, "third").enter(InetAddress.getByName("127.0.0.1"))).isTrue();
        assertThat(disconnected).isEmpty();
    }

    private ConnectionAdmission.Place enter(ConnectionAdmission admission, String name) {
        return admission.enter(() -> disconnected.add(name)).orElseThrow();
    }
}
