package io.millrace.media.cmcd;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.millrace.media.cmcd.CmcdReport.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CmcdReaderTest {
    private static final String VERSION_2 = "sid=\"6e2f-1\",cid=\"live/show\",e=t,ts=1700000000000,v=2,sta=r,br=(2000;v 128;a),"
            + "bl=(4000;v 3800;a),ltc=2100,msd=850,bsa=(3;v 1),bs=?0,com.example-x=\"a \\\"b\\\\\"";

    @Test
    void readsVersion1() {
        assertThat(CmcdReader.read("bl=21300,br=3200,bs,cid=\"faec\",d=4004,mtp=25400,nor=\"..%2F3.m4s\",ot=v,pr=1.08,"
                + "sf=h,sid=\"6e2fb550\",st=l,su,tb=6000"))
                .isEqualTo(new CmcdReport("6e2fb550", "faec", null,
                        new CmcdReport.Measures(UNKNOWN, UNKNOWN, 3_200, 21_300),
                        new CmcdReport.Starvation(true, UNKNOWN)));
    }

    @Test
    void readsVersion2() {
        assertThat(CmcdReader.read(VERSION_2)).isEqualTo(new CmcdReport("6e2f-1", "live/show",
                CmcdReport.State.REBUFFERING, new CmcdReport.Measures(850, 2_100, 2_000, 3_800),
                new CmcdReport.Starvation(false, 3)));
    }

    @Test
    void readsHeadersJoinedByCommas() {
        assertThat(CmcdReader.read("br=800,ot=av, bl=900 ,, sid=\"a\"".replace(",,", ",")))
                .isEqualTo(new CmcdReport("a", null, null, new CmcdReport.Measures(UNKNOWN, UNKNOWN, 800, 900),
                        new CmcdReport.Starvation(false, UNKNOWN)));
    }

    @Test
    void ignoresBitrateOfWhatIsNotThePicture() {
        for (String type : new String[]{"a", "i", "m", "c", "tt", "k"}) {
            assertThat(CmcdReader.read("br=128,ot=" + type).measures().bitrateKbps()).as(type).isEqualTo(UNKNOWN);
        }
    }

    @Test
    void nothingIsReportOfNothing() {
        assertThat(CmcdReader.read("")).isEqualTo(new CmcdReport(null, null, null, CmcdReport.Measures.NONE,
                new CmcdReport.Starvation(false, UNKNOWN)));
        assertThat(CmcdReader.read("sid=\"\"").session()).isNull();
        assertThat(CmcdReader.read("br=()").measures().bitrateKbps()).isEqualTo(UNKNOWN);
    }

    @Test
    void lastOfTwoValuesCounts() {
        assertThat(CmcdReader.read("sid=\"a\",sid=\"b\"").session()).isEqualTo("b");
        assertThat(CmcdReader.read("bl=12.75").measures().bufferMs()).isEqualTo(12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"br=x", "br=-1", "br=1e9", "br=\"\"", "br=", "=1", "br=1 bl=2", "sid=\"a", "bl=(1",
        "bl=(1;)", "bs=?2", ",",
        "br=9999999999999999", "br=1000001", "ltc=86400001", "msd=3600001", "bsa=100001", "br", "bl=1;", "sid=ä",
        "a=(\"", "a=\"\\"})
    void rejectsMalformed(String text) {
        assertThatThrownBy(() -> CmcdReader.read(text)).isInstanceOf(MalformedException.class);
    }

    @Test
    void messagesHaveNothingOfTheText() {
        assertThatThrownBy(() -> CmcdReader.read("sid=\"planted")).message().doesNotContain("planted");
        assertThatThrownBy(() -> CmcdReader.read("br=planted")).message().doesNotContain("planted");
    }

    @Test
    void limitsAreExact() {
        String sid = "a".repeat(CmcdReader.SESSION_LIMIT);
        assertThat(CmcdReader.read("sid=\"" + sid + "\"").session()).isEqualTo(sid);
        assertThatThrownBy(() -> CmcdReader.read("sid=\"" + sid + "a\"")).isInstanceOf(OverLimitException.class);
        String cid = "c".repeat(CmcdReader.CONTENT_LIMIT);
        assertThat(CmcdReader.read("cid=\"" + cid + "\"").content()).isEqualTo(cid);
        assertThatThrownBy(() -> CmcdReader.read("cid=\"" + cid + "c\"")).isInstanceOf(OverLimitException.class);
        assertThat(CmcdReader.read(keys(CmcdReader.KEY_LIMIT) + ",k0").measures()).isEqualTo(CmcdReport.Measures.NONE);
        assertThatThrownBy(() -> CmcdReader.read(keys(CmcdReader.KEY_LIMIT + 1)))
                .isInstanceOf(OverLimitException.class);
        String longest = "x=" + "1".repeat(CmcdReader.LENGTH_LIMIT - 2);
        assertThat(CmcdReader.read(longest).session()).isNull();
        assertThatThrownBy(() -> CmcdReader.read(longest + "1")).isInstanceOf(OverLimitException.class);
    }

    private static String keys(int count) {
        return IntStream.range(0, count).mapToObj(i -> "k" + i).collect(Collectors.joining(","));
    }

    /** Every beginning and end of a report, and every report with one character replaced, is read or rejected. */
    @Test
    void anyTextIsReadOrRejectedWithTypedException() {
        for (int at = 0; at <= VERSION_2.length(); at++) {
            attempt(VERSION_2.substring(0, at));
            attempt(VERSION_2.substring(at));
            for (char c : " ,;=()\"\\?01a\u0000\uffff".toCharArray()) {
                attempt(VERSION_2.substring(0, at) + c + VERSION_2.substring(Math.min(at + 1, VERSION_2.length())));
            }
        }
        Random random = new Random(5004);
        String alphabet = "sid=\"\\,;()?1 bl.\u00e4";
        for (int i = 0; i < 20_000; i++) {
            attempt(random.ints(random.nextInt(40), 0, alphabet.length()).mapToObj(c -> alphabet.substring(c, c + 1))
                    .collect(Collectors.joining()));
        }
    }

    private static void attempt(String text) {
        try {
            assertThat(CmcdReader.read(text)).isNotNull();
        } catch (MediaException e) {
            assertThat(e.reason()).isIn("malformed", "over_limit");
        }
    }
}
