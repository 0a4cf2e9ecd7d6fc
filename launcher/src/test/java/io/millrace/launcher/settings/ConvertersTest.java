package io.millrace.launcher.settings;

import io.millrace.platform.log.IngestNode;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ConvertersTest {
    @ParameterizedTest
    @CsvSource({"500ms,500", "2s,2000", "0.5s,500", "30m,1800000", "24h,86400000", "7d,604800000", "' 2 s ',2000",
        "0s,0"})
    void readsDurations(String text, long ms) {
        assertThat(TimeSpan.parse(text)).isEqualTo(Duration.ofMillis(ms));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "2x", "-1s", "s", "1h30m", "1e3s", "9999999999999s"})
    void refusesWhatIsNoDurationAndSaysWhatIs(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> TimeSpan.parse(text))
                .withMessage("'%s' is not a duration such as 500ms, 2s, 30m, 24h or 7d", text);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1048576,1048576", "10GB,10000000000", "10 gb,10000000000", "1.5KB,1500", "512MiB,536870912",
        "1TiB,1099511627776", "7B,7"})
    void readsSizes(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GB", "10XB", "-1", "10G B", "99999999999999999TB"})
    void refusesWhatIsNoSize(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ByteSize.parse(text)).withMessageStartingWith("'" + text);
    }

    @ParameterizedTest
    @CsvSource({"rtmp://live.example.com,live.example.com,1935,,0", "rtmp://[2001:db8::1]:1/,2001:db8::1,1,,0",
        "'rtmp://*:4711, rtmps://h:65535',,4711,h,65535", "rtmps://10.0.0.1,,0,10.0.0.1,443"})
    void readsWhereEncodersComeTo(String text, String host, int port, String tlsHost, int tlsPort) {
        assertThat(PublicRtmpUrls.parse(text)).isEqualTo(new PublicRtmpUrls(true, address(host, port),
                address(tlsHost, tlsPort)));
        assertThat(PublicRtmpUrls.parse(" auto ")).isEqualTo(
                new PublicRtmpUrls(false, Optional.empty(), Optional.empty()));
    }

    private static Optional<IngestNode.Address> address(String host, int port) {
        return port == 0 ? Optional.empty() : Optional.of(new IngestNode.Address(host, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "live.example.com", "http://h", "rtmp://", "rtmp://h/live", "rtmp://u@h", "rtmp://h:0",
        "rtmp://h:65536", "rtmp://h:x", "rtmp://h:", "rtmp://a,rtmp://b", "rtmp://h?key=1"})
    void refusesWhereNobodyCanComeTo(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> PublicRtmpUrls.parse(text));
    }

    @ParameterizedTest
    @CsvSource({"on,true", "true,true", "off,false", "false,false"})
    void readsSwitches(String text, boolean on) throws Exception {
        assertThat(new Converters.Switch().convert(text)).isEqualTo(on);
    }

    @Test
    void anAutomaticRetentionSizeFitsALaptopOrLeavesItToTheCluster() {
        assertThat(RetentionSize.parse("auto").bytesOn(true)).isEqualTo(10_000_000_000L);
        assertThat(RetentionSize.parse("auto").bytesOn(false)).isEqualTo(-1);
        assertThat(RetentionSize.parse("unlimited").bytesOn(true)).isEqualTo(-1);
        assertThat(RetentionSize.parse("1GB").bytesOn(false)).isEqualTo(1_000_000_000L);
    }

    @ParameterizedTest
    @CsvSource({"localhost:9092,localhost,9092", "'[::1]:9092',::1,9092", "127.0.0.1:1,127.0.0.1,1", "k:65535,k,65535"})
    void readsAddressesAndPrintsThemAlike(String text, String host, int port) {
        assertThat(HostPort.parse(text)).isEqualTo(new HostPort(host, port)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "kafka", ":9092", "kafka:", "kafka:0", "kafka:65536", "kafka:x", "::1:9092", "a b:1",
        "http://kafka:9092"})
    void refusesWhatIsNoAddress(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> HostPort.parse(text));
    }

    @Test
    void readsListsOfBrokers() {
        assertThat(BootstrapServers.parse("a:1, b:2")).hasToString("a:1,b:2");
        assertThatIllegalArgumentException().isThrownBy(() -> BootstrapServers.parse("a:1,"));
    }

    @Test
    void votersAreTheSameInWhateverOrderTheyAreNamed() {
        Voters voters = Voters.parse("2@127.0.0.1:9095,1@127.0.0.1:9093");
        assertThat(voters).isEqualTo(Voters.parse("1@127.0.0.1:9093,2@127.0.0.1:9095"))
                .hasToString("1@127.0.0.1:9093,2@127.0.0.1:9095");
        assertThat(voters.find(2)).contains(new Voter(2, new HostPort("127.0.0.1", 9095)));
        assertThat(Voters.parse("alone").all()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "127.0.0.1:9093", "@127.0.0.1:9093", "x@127.0.0.1:9093", "1@127.0.0.1",
        "1@a:1,1@b:2"})
    void refusesWhatAreNoVoters(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Voters.parse(text));
    }

    @ParameterizedTest
    @CsvSource({"off,0", "20Mbit,20000000", "800 kbit/s,800000", "2.5M,2500000", "1gbit,1000000000", "8k,8000"})
    void readsBitrates(String text, long bitsPerSecond) {
        assertThat(Bitrate.parse(text)).isEqualTo(bitsPerSecond);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "20", "20MB", "-1Mbit", "7k", "0M", "10000000gbit", "Mbit"})
    void refusesWhatIsNoBitrate(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Bitrate.parse(text))
                .withMessage("'%s' is no bitrate such as 20Mbit or 800kbit, nor 'off'", text);
    }
}
