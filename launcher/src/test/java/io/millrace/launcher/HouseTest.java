package io.millrace.launcher;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.VideoTagBody;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/** Checks the direction of the dependencies (docs/decisions/0001) of all compiled classes. */
@AnalyzeClasses(packages = "io.millrace", importOptions = HouseTest.WithoutTests.class)
class HouseTest {
    /** Excludes the testkit and everything that is compiled together with this test. */
    static final class WithoutTests implements ImportOption {
        private static final String OWN = HouseTest.class.getProtectionDomain().getCodeSource().getLocation().getPath();

        @Override
        public boolean includes(Location location) {
            return !location.contains("/io/millrace/testkit/") && !location.contains(OWN);
        }
    }

    @ArchTest
    static final ArchRule modulesPointOneWay = Architectures.layeredArchitecture().consideringOnlyDependenciesInLayers()
            .layer("media").definedBy("io.millrace.media..")
            .layer("platform").definedBy("io.millrace.platform..")
            .layer("stages").definedBy("io.millrace.ingest..", "io.millrace.segmenter..", "io.millrace.packager..",
                    "io.millrace.edge..")
            .layer("tools").definedBy("io.millrace.tools..")
            .layer("outbound").definedBy("io.millrace.outbound..")
            .layer("launcher").definedBy("io.millrace.launcher..")
            .whereLayer("launcher").mayNotBeAccessedByAnyLayer()
            .whereLayer("stages").mayOnlyBeAccessedByLayers("launcher")
            .whereLayer("outbound").mayOnlyBeAccessedByLayers("launcher")
            .whereLayer("tools").mayOnlyBeAccessedByLayers("outbound", "launcher")
            .whereLayer("platform").mayOnlyBeAccessedByLayers("stages", "tools", "outbound", "launcher");

    @ArchTest
    static final ArchRule stagesDoNotKnowEachOther = SlicesRuleDefinition.slices()
            .matching("io.millrace.(ingest|segmenter|packager|edge)..").should().notDependOnEachOther();

    /** Each package of each module is a slice. */
    @ArchTest
    static final ArchRule packagesFormNoCycles = SlicesRuleDefinition.slices().matching("io.millrace.(**)")
            .should().beFreeOfCycles();

    /** A package of the edge depends only on those to its left; the package {@code edge} itself wires them. */
    @ArchTest
    static final ArchRule roomsOfTheEdgePointOneWay = Architectures.layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("meters").definedBy("io.millrace.edge.meters..")
            .layer("audience").definedBy("io.millrace.edge.audience..")
            .layer("log").definedBy("io.millrace.edge.log..")
            .layer("players").definedBy("io.millrace.edge.players..")
            .layer("view").definedBy("io.millrace.edge.view..")
            .layer("follow").definedBy("io.millrace.edge.follow..")
            .layer("fanout").definedBy("io.millrace.edge.fanout..")
            .layer("past").definedBy("io.millrace.edge.past..")
            .layer("exchange").definedBy("io.millrace.edge.exchange..")
            .layer("hls").definedBy("io.millrace.edge.hls..")
            .layer("dash").definedBy("io.millrace.edge.dash..")
            .layer("flv").definedBy("io.millrace.edge.flv..")
            .layer("rtmp").definedBy("io.millrace.edge.rtmp..")
            .layer("http").definedBy("io.millrace.edge.http..")
            .whereLayer("meters").mayNotAccessAnyLayer()
            .whereLayer("audience").mayOnlyAccessLayers("meters")
            .whereLayer("log").mayOnlyAccessLayers("meters")
            .whereLayer("players").mayOnlyAccessLayers("meters", "log")
            .whereLayer("players").mayOnlyBeAccessedByLayers("http")
            .whereLayer("view").mayOnlyAccessLayers("log")
            .whereLayer("follow").mayOnlyAccessLayers("meters", "log", "view")
            .whereLayer("fanout").mayOnlyAccessLayers("meters", "audience", "log", "view", "follow")
            .whereLayer("past").mayOnlyAccessLayers("meters", "audience", "log", "view", "follow", "fanout")
            .whereLayer("exchange").mayOnlyAccessLayers("meters", "log", "view")
            .whereLayer("hls").mayOnlyAccessLayers("meters", "audience", "log", "view", "follow", "past", "exchange")
            .whereLayer("flv").mayOnlyAccessLayers("meters", "audience", "log", "view", "fanout", "past", "exchange")
            .whereLayer("dash").mayOnlyAccessLayers("meters", "audience", "view", "follow", "past", "exchange", "hls")
            .whereLayer("hls").mayOnlyBeAccessedByLayers("dash", "http")
            .whereLayer("dash").mayOnlyBeAccessedByLayers("http")
            .whereLayer("flv").mayOnlyBeAccessedByLayers("http")
            .whereLayer("rtmp").mayOnlyAccessLayers("meters", "audience", "log", "view", "fanout")
            .whereLayer("rtmp").mayNotBeAccessedByAnyLayer()
            .whereLayer("http").mayNotBeAccessedByAnyLayer();

    /** Only the package {@code ingest} itself, which binds the listener, knows a protocol. */
    @ArchTest
    static final ArchRule roomsOfIngestDoNotKnowProtocols = noClasses().that()
            .resideInAPackage("io.millrace.ingest.*..")
            .should().dependOnClassesThat().resideInAnyPackage("io.millrace.platform.rtmp..",
                    "io.millrace.media.rtmp..",
                    "io.netty..");

    @ArchTest
    static final ArchRule publishingAndAccessDoNotKnowProtocols = noClasses().that()
            .resideInAnyPackage("io.millrace.platform.publish..", "io.millrace.platform.access..")
            .should().dependOnClassesThat().resideInAnyPackage("io.millrace.platform.rtmp..",
                    "io.millrace.media.rtmp..",
                    "io.netty..");

    @ArchTest
    static final ArchRule mediaIsTheJdkAlone = noClasses().that().resideInAPackage("io.millrace.media..")
            .should().dependOnClassesThat().resideOutsideOfPackages("io.millrace.media..", "java..", "javax.crypto..")
            .orShould().dependOnClassesThat().resideInAnyPackage("java.nio.file..", "java.nio.channels..",
                    "java.util.concurrent..")
            .orShould().dependOnClassesThat().areAssignableTo(InputStream.class)
            .orShould().dependOnClassesThat().areAssignableTo(Socket.class);

    @ArchTest
    static final ArchRule formatsDoNotKnowEachOther = SlicesRuleDefinition.slices()
            .matching("io.millrace.media.(rtmp|flv|mpegts|m3u8|mpd|mp4|fmp4|cmcd)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule codecsDoNotKnowFormats = noClasses()
            .that().resideInAnyPackage("io.millrace.media.codec..", "io.millrace.media.amf..",
                    "io.millrace.media.bytes..", "io.millrace.media.time..")
            .should().dependOnClassesThat().resideInAnyPackage("io.millrace.media.rtmp..", "io.millrace.media.flv..",
                    "io.millrace.media.mpegts..", "io.millrace.media.m3u8..", "io.millrace.media.mp4..",
                    "io.millrace.media.fmp4..", "io.millrace.media.isobmff..",
                    "io.millrace.media.remux..");

    /** Only files are FLV for certain; the format of a packet's body is a field of the packet (docs/decisions/0014). */
    @ArchTest
    static final ArchRule bodiesAreReadByRemux = noClasses()
            .that().resideOutsideOfPackages("io.millrace.media..", "io.millrace.tools.push..")
            .should().callMethod(VideoTagBody.class, "parse", ByteBuffer.class)
            .orShould().callMethod(AudioTagBody.class, "parse", ByteBuffer.class)
            .orShould().callMethod(VideoTagBody.class, "parseTracks", ByteBuffer.class, int.class)
            .orShould().callMethod(AudioTagBody.class, "parseTracks", ByteBuffer.class, int.class);

    @ArchTest
    static final ArchRule pureRoomsHaveNoIo = noClasses()
            .that().resideInAnyPackage("io.millrace.segmenter.cut..", "io.millrace.packager.mux..",
                    "io.millrace.edge.view..", "io.millrace.platform.timeline..", "io.millrace.platform.directory..")
            .should().dependOnClassesThat().resideInAnyPackage("org.apache.kafka..", "io.netty..", "java.net..");

    @ArchTest
    static void publicClassesHaveNamesOfTheirOwn(JavaClasses classes) {
        Map<String, Set<String>> packages = classes.stream().filter(HouseTest::isPublicTopLevel)
                .collect(Collectors.groupingBy(JavaClass::getSimpleName,
                        Collectors.mapping(JavaClass::getPackageName, Collectors.toSet())));
        packages.values().removeIf(where -> where.size() == 1);
        assertThat(packages).as("one name, one concept: public classes of the same name").isEmpty();
    }

    private static boolean isPublicTopLevel(JavaClass its) {
        return its.isTopLevelClass() && its.getModifiers().contains(JavaModifier.PUBLIC)
                && !its.getSimpleName().equals("package-info");
    }
}
