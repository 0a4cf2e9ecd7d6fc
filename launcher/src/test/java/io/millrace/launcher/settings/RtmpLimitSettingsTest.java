package io.millrace.launcher.settings;

import io.millrace.ingest.publish.MediaLimits;
import io.millrace.ingest.publish.NameLimits;
import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.rtmp.RtmpLimits;
import io.millrace.platform.rtmp.ConnectionLimits;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RtmpLimitSettingsTest {
    @Test
    void unnamedLimitsKeepDefaults() {
        assertThat(RtmpLimitSettings.parse(LimitList.DEFAULT)).isEqualTo(
                new RtmpLimitSettings(ConnectionLimits.DEFAULT, MediaLimits.DEFAULT, NameLimits.DEFAULT));
        assertThat(RtmpLimitSettings.parse(" idle = 30s , per-address=7").connections()).isEqualTo(new ConnectionLimits(
                Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30),
                Duration.ofSeconds(10), 7, 1_000, RtmpLimits.DEFAULT));
    }

    @Test
    void eachNameSetsItsOwnLimit() {
        assertThat(RtmpLimitSettings.parse("""
                handshake=1s,connect=2s,publish=3s,idle=4s,blocked=5s,per-address=6,unauthenticated=7,\
                control-message=18B,command-message=9KiB,data-message=10KB,audio-message=11KB,video-message=12KB,\
                before-connect=13KB,before-publish=14KB,chunk-streams=15,partial-messages=1MiB,message-streams=17,\
                commands-before-media=18,amf-depth=19,amf-keys=20,amf-items=21,amf-key=22,amf-string=23KB,\
                app-name=24,stream-name=25,query=26,tc-url=27,\
                messages-before-publish=28,aggregate-messages=29,sequence-header=30KiB,parameter-set=31B,sps=30,pps=32,\
                nal-units=33,mod-ex=7,tracks=6,malformed-per-minute=34,new-names-per-address=35,\
                new-names=36,names=37""")).isEqualTo(new RtmpLimitSettings(
                new ConnectionLimits(
                        Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ofSeconds(4),
                        Duration.ofSeconds(5), 6, 7,
                        new RtmpLimits(new RtmpLimits.MessageBytes(18, 9_216, 10_000, 11_000, 12_000),
                                new RtmpLimits.BeforeMedia(13_000, 14_000, 18, 28), 15, 1 << 20, 17, 29,
                                new Amf0Reader.Limits(19, 20, 21, 22, 23_000),
                                new RtmpLimits.NameChars(24, 25, 26, 27))),
                new MediaLimits(30 << 10, 31, 30, 32, 33, 7, 6, 34), new NameLimits(35, 36, 37)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "idel=3s | 'idel' is not a limit of RTMP connections; did you mean 'idle'?",
        "audio-mesage=1MB | did you mean 'audio-message'?",
        "zzzzzzzz=1 | the limits are handshake, connect, publish, idle",
        "idle | is not a limit such as", "idle=3s,idle=4s | or names one twice",
        "idle=0s | idle=0s is not between 1s and 10m",
        "idle=11m | not between", "per-address=0 | is not a whole number", "idle=x | is not a duration",
        "video-message=x | is not a size", "video-message=9MiB | cannot be 9437184, more than 8388608",
        "video-message=0 | bytes of a video message: the limit cannot be 0, less than 1",
        "video-message=9GiB | video-message=9GiB is more than 2 GiB",
        "partial-messages=4MiB | cannot be 4194304, less than the longest message, 8388608",
        "nal-units=2049 | NAL units of a frame: the limit cannot be 2049, more than 2048",
        "sequence-header=65KiB | cannot be 66560, more than 65536", "tracks=17 | cannot be 17, more than 16",
        "amf-depth=257 | a depth of 257 is more than 256", "chunk-streams=0 | is not a whole number",
        "default,idle=3s | 'default' is not a limit such as"})
    void rejectsInvalidLimits(String text, String complaint) {
        assertThatIllegalArgumentException().isThrownBy(() -> RtmpLimitSettings.parse(text))
                .withMessageContaining(complaint);
    }

    @Test
    void limitsAreThoseOfReference() throws IOException {
        assertThat(DocumentedLimits.between("### RTMP limits", "### HTTP limits"))
                .isEqualTo(RtmpLimitSettings.defaults());
    }
}
