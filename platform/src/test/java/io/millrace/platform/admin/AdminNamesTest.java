package io.millrace.platform.admin;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AdminNamesTest {
    private final AdminNames names = AdminNames.parse("Admin.example.com, edge_1");

    @ParameterizedTest
    @CsvSource({"localhost, true", "LOCALHOST:8081, true", "localhost.:8081, true", "127.0.0.1:8081, true",
        "10.1.2.3, true", "[::1]:8081, true", "[2001:db8::1], true", "admin.example.com, true",
        "ADMIN.example.com.:8081, true", "edge_1:8081, true", "evil.example, false", "localhost.evil.example, false",
        "127.0.0.1.evil.example:8081, false", "admin.example.com.evil.example, false", "[evil.example], false",
        "'', false", "[, false", "':8081', false", "evil.example@localhost, false"})
    void allowsAddressesLocalhostAndListedNames(String host, boolean allowed) {
        assertThat(names.allow(List.of(host))).isEqualTo(allowed);
        assertThat(names.allow(List.of("localhost", host))).as("of several all must be").isEqualTo(allowed);
    }

    @Test
    void allowsRequestsWithoutHost() {
        assertThat(AdminNames.NONE.allow(null)).isTrue();
        assertThat(AdminNames.parse("none")).isEqualTo(AdminNames.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a,", "http://a", "a:8081", "a b", "*"})
    void rejectsInvalidNames(String text) {
        assertThatThrownBy(() -> AdminNames.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not a host name such as");
    }
}
