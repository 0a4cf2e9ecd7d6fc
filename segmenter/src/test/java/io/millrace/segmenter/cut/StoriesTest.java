package io.millrace.segmenter.cut;

import io.millrace.segmenter.Tape;
import org.junit.jupiter.api.Test;

class StoriesTest {
    static void show(String name, Tape t) {
        Dump.Outcome o = Dump.of(t);
        System.out.println("## " + name + " fails=" + o.failures() + " dropped=" + o.dropped().stream().collect(java.util.stream.Collectors.groupingBy(x -> x, java.util.TreeMap::new, java.util.stream.Collectors.counting())));
        o.segments().forEach(System.out::println);
        System.out.println("  parts " + Dump.parts(o.cuts()).stream().limit(6).toList());
        o.entries().forEach(e -> System.out.println("  entry " + e.state() + " s" + e.session() + " td" + e.targetDurationS() + " br" + e.bitrate() + " off" + e.timestampOffsetMs() + " " + e.tracks().size() + e.warnings() + e.sessions()));
    }

    @Test
    void all() {
        Tape t = new Tape();
        t.publisher().configs().data(0).live(0, 240, 33, 60).ends().graceOver();
        show("plain", t);
        t = new Tape();
        t.publisher().configs().live(0, 150, 33, 30).ends().graceOver();
        show("short gops", t);
        t = new Tape();
        t.publisher().configs().live(0, 900, 33, 900).ends().graceOver();
        show("long gop", t);
        t = new Tape();
        t.publisher().audioConfig(Tape.AAC_48K_STEREO).sound(0, 9000).ends().graceOver();
        show("audio only", t);
        t = new Tape();
        t.publisher().videoConfig(Tape.AVC_180P).pictures(0, 100, 40, 25).ends().graceOver();
        show("video only", t);
        t = new Tape();
        t.publisher().configs().live(0, 90, 33, 60).ends();
        t.publisher().configs().live(0, 90, 33, 60).ends().graceOver();
        t.publisher().configs().live(0, 90, 33, 60).ends().graceOver();
        show("back and new epoch", t);
        t = new Tape();
        t.publisher().configs().live(100000, 90, 33, 60).live(0, 130, 33, 60).live(500000, 130, 33, 60).ends();
        show("jumps", t);
        t = new Tape();
        t.publisher().configs().live(0, 90, 33, 60).lose().live(90*33, 90, 33, 60).ends();
        show("loss", t);
        t = new Tape();
        t.publisher().configs().live(0, 60, 33, 60).videoConfig(Tape.AVC_64P).live(60*33, 60, 33, 60).videoConfig(Tape.AVC_64P).live(120*33, 60, 33, 60).ends();
        show("config change", t);
        t = new Tape();
        t.publisher().videoConfig(Tape.AVC_180P).pictures(0, 12, 1000, 4).ends();
        show("1 fps", t);
        t = new Tape();
        t.publisher().configs().live(0, 90, 33, 60).sound(2970, 12000).live(12000, 90, 33, 60).ends();
        show("video vanishes", t);
    }
}
