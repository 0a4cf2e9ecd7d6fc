package io.millrace.launcher;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.InputStream;
import java.net.Socket;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/** The direction of the dependencies (docs/decisions/0001), over all compiled classes. */
@AnalyzeClasses(packages = "io.millrace", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseTest {
    @ArchTest
    static final ArchRule modulesPointOneWay = Architectures.layeredArchitecture().consideringOnlyDependenciesInLayers()
            .layer("media").definedBy("io.millrace.media..")
            .layer("platform").definedBy("io.millrace.platform..")
            .layer("stages").definedBy("io.millrace.ingest..", "io.millrace.segmenter..", "io.millrace.packager..",
                    "io.millrace.edge..")
            .layer("launcher").definedBy("io.millrace.launcher..")
            .whereLayer("launcher").mayNotBeAccessedByAnyLayer()
            .whereLayer("stages").mayOnlyBeAccessedByLayers("launcher")
            .whereLayer("platform").mayOnlyBeAccessedByLayers("stages", "launcher");

    @ArchTest
    static final ArchRule stagesDoNotKnowEachOther = SlicesRuleDefinition.slices()
            .matching("io.millrace.(ingest|segmenter|packager|edge)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule mediaIsTheJdkAlone = noClasses().that().resideInAPackage("io.millrace.media..")
            .should().dependOnClassesThat().resideOutsideOfPackages("io.millrace.media..", "java..", "javax.crypto..")
            .orShould().dependOnClassesThat().resideInAnyPackage("java.nio.file..", "java.nio.channels..",
                    "java.util.concurrent..")
            .orShould().dependOnClassesThat().areAssignableTo(InputStream.class)
            .orShould().dependOnClassesThat().areAssignableTo(Socket.class);

    @ArchTest
    static final ArchRule formatsDoNotKnowEachOther = SlicesRuleDefinition.slices()
            .matching("io.millrace.media.(rtmp|flv|mpegts|m3u8|mp4)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule codecsDoNotKnowFormats = noClasses()
            .that().resideInAnyPackage("io.millrace.media.codec..", "io.millrace.media.amf..",
                    "io.millrace.media.bytes..", "io.millrace.media.time..")
            .should().dependOnClassesThat().resideInAnyPackage("io.millrace.media.rtmp..", "io.millrace.media.flv..",
                    "io.millrace.media.mpegts..", "io.millrace.media.m3u8..", "io.millrace.media.mp4..");

    @ArchTest
    static final ArchRule pureRoomsHaveNoIo = noClasses()
            .that().resideInAnyPackage("io.millrace.segmenter.cut..", "io.millrace.packager.mux..",
                    "io.millrace.edge.live..", "io.millrace.platform.session..")
            .should().dependOnClassesThat().resideInAnyPackage("org.apache.kafka..", "io.netty..", "java.net..");
}
