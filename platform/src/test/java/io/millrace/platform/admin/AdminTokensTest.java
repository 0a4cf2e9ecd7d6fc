package io.millrace.platform.admin;

import io.millrace.platform.admin.AdminTokens.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AdminTokensTest {
    private static final String LONGEST = "x".repeat(AdminTokens.LIMIT_CHARACTERS);

    @Test
    void findsRoles() {
        AdminTokens tokens = AdminTokens.parse("""
                # the dashboard
                read 0123456789abcdef

                  admin   fedcba9876543210
                admin both-roles-1234567
                read both-roles-1234567
                read %s
                """.formatted(LONGEST));
        assertThat(tokens.role("0123456789abcdef")).contains(Role.READ);
        assertThat(tokens.role("fedcba9876543210")).contains(Role.ADMIN);
        assertThat(tokens.role("both-roles-1234567")).contains(Role.ADMIN);
        assertThat(tokens.role(LONGEST)).contains(Role.READ);
        assertThat(tokens.role(LONGEST + "x")).isEmpty();
        assertThat(tokens.role("0123456789abcdeF")).isEmpty();
        assertThat(tokens.role("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# none", "read 0123456789abcde", "root 0123456789abcdef", "0123456789abcdef",
        "read 0123456789abcdef admin", "read 0123456789abcdef\nadmin short"})
    void rejectsInvalidFiles(String text) {
        assertThatThrownBy(() -> AdminTokens.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("openssl rand").hasMessageNotContaining("0123456789abcde");
    }
}
