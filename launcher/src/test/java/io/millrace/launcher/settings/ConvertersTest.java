package io.millrace.launcher.settings;

import io.millrace.ingest.PublicRtmp;
import io.millrace.platform.log.IngestNode;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ConvertersTest {
    @ParameterizedTest
    @CsvSource({"500ms,500", "2s,2000", "0.5s,500", "30m,1800000", "24h,86400000", "7d,604800000", "' 2 s ',2000",
        "0s,0"})
    void parsesDurations(String text, long ms) {
        assertThat(Quantity.duration(text)).isEqualTo(Duration.ofMillis(ms));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "2x", "-1s", "s", "1h30m", "1e3s", "9999999999999s"})
    void rejectsInvalidDurationsWithHint(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Quantity.duration(text))
                .withMessage("'%s' is not a duration such as 500ms, 2s, 30m, 24h or 7d", text);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1048576,1048576", "10GB,10000000000", "10 gb,10000000000", "1.5KB,1500", "512MiB,536870912",
        "1TiB,1099511627776", "7B,7"})
    void parsesSizes(String text, long bytes) {
        assertThat(Quantity.bytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GB", "10XB", "-1", "10G B", "99999999999999999TB"})
    void rejectsInvalidSizes(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Quantity.bytes(text)).withMessageStartingWith("'" + text);
    }

    @ParameterizedTest
    @CsvSource({"rtmp://live.example.com,live.example.com,1935,,0", "rtmp://[2001:db8::1]:1/,2001:db8::1,1,,0",
        "'rtmp://*:4711, rtmps://h:65535',,4711,h,65535", "rtmps://10.0.0.1,,0,10.0.0.1,443"})
    void parsesPublicAddresses(String text, String host, int port, String tlsHost, int tlsPort) {
        assertThat(PublicRtmpUrls.parse(text)).isEqualTo(new PublicRtmp.Configured(address(host, port),
                address(tlsHost, tlsPort)));
        assertThat(PublicRtmpUrls.parse(" auto ")).isNull();
    }

    private static Optional<IngestNode.Address> address(String host, int port) {
        return port == 0 ? Optional.empty() : Optional.of(new IngestNode.Address(host, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "live.example.com", "http://h", "rtmp://", "rtmp://h/live", "rtmp://u@h", "rtmp://h:0",
        "rtmp://h:65536", "rtmp://h:x", "rtmp://h:", "rtmp://a,rtmp://b", "rtmp://h?key=1"})
    void rejectsInvalidPublicAddresses(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> PublicRtmpUrls.parse(text));
    }

    @Test
    void parsesBrokerLists() {
        Converters.Brokers brokers = new Converters.Brokers();
        assertThat(brokers.convert("a:1, b:2")).isEqualTo("a:1,b:2");
        assertThatExceptionOfType(TypeConversionException.class).isThrownBy(() -> brokers.convert("a:1,"));
    }

    @ParameterizedTest
    @CsvSource({"off,0", "20Mbit,20000000", "800 kbit/s,800000", "2.5M,2500000", "1gbit,1000000000", "8k,8000"})
    void parsesBitrates(String text, long bitsPerSecond) {
        assertThat(Quantity.bitsPerSecond(text)).isEqualTo(bitsPerSecond);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "20", "20MB", "-1Mbit", "7k", "0M", "10000000gbit", "Mbit"})
    void rejectsInvalidBitrates(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Quantity.bitsPerSecond(text))
                .withMessage("'%s' is neither a bitrate such as 20Mbit or 800kbit nor 'off'", text);
    }
}
