package io.millrace.launcher.broker;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class AddressesTest {
    @ParameterizedTest
    @CsvSource({"localhost:9092,localhost,9092", "'[::1]:9092',::1,9092", "127.0.0.1:1,127.0.0.1,1", "k:65535,k,65535"})
    void parsesAndPrintsAddresses(String text, String host, int port) {
        assertThat(HostPort.parse(text)).isEqualTo(new HostPort(host, port)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "kafka", ":9092", "kafka:", "kafka:0", "kafka:65536", "kafka:x", "::1:9092", "a b:1",
        "http://kafka:9092"})
    void rejectsInvalidAddresses(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> HostPort.parse(text));
    }

    @Test
    void orderOfVotersDoesNotMatter() {
        Voters voters = Voters.parse("2@127.0.0.1:9095,1@127.0.0.1:9093");
        assertThat(voters).isEqualTo(Voters.parse("1@127.0.0.1:9093,2@127.0.0.1:9095"))
                .hasToString("1@127.0.0.1:9093,2@127.0.0.1:9095");
        assertThat(voters.find(2)).contains(new Voter(2, new HostPort("127.0.0.1", 9095)));
        assertThat(Voters.parse("alone").all()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "127.0.0.1:9093", "@127.0.0.1:9093", "x@127.0.0.1:9093", "1@127.0.0.1",
        "1@a:1,1@b:2"})
    void rejectsInvalidVoters(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Voters.parse(text));
    }
}
