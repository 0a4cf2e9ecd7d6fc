package io.millrace.platform.access;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SecretUrlTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            http://h/a                       | http://h/a               | none                     | http://h/a
            https://h:8443/a?token=s%26t     | https://h:8443/a?token=s%26t | none                 | https://h:8443/a?[hidden]
            http://me:s3cret@h:1/a           | http://h:1/a             | Basic bWU6czNjcmV0       | http://[hidden]@h:1/a
            http://me:p%40%3Aw@[::1]:1/a%20b?x | http://[::1]:1/a%20b?x | Basic bWU6cEA6dw==       | http://[hidden]@[::1]:1/a%20b?[hidden]
            http://me@h                      | http://h                 | Basic bWU6               | http://[hidden]@h
            """)
    void separatesSecrets(URI url, URI target, String authorization, String shown) {
        var secret = new SecretUrl(url);
        assertThat(secret.target()).isEqualTo(target);
        assertThat(secret.authorization().orElse("none")).isEqualTo(authorization);
        assertThat(secret).hasToString(shown);
    }
}
