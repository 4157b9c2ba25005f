package org.vito.tests;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.StringTokenizer;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.vito.protocol.VitoException;

/** The rules by which modules use each other and the libraries. */
class ArchitectureTest {
    /** Which modules each module may use. */
    private static final Map<String, Set<String>> ARROWS = Map.of(
            "protocol", Set.of(),
            "decode", Set.of("protocol"),
            "ingest", Set.of("protocol", "decode"),
            "augment", Set.of("protocol"),
            "learner", Set.of("protocol", "augment"),
            "evaluator", Set.of("protocol", "decode", "augment", "learner"),
            "deploy", Set.of("protocol", "decode", "ingest", "augment", "learner", "evaluator"));

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.vito");

    private static final DescribedPredicate<JavaClass> GENERATED = resideInAPackage("org.vito..v1..");

    /** Who reads checkpoints pins and verifies them, and so uses the package that knows how. */
    private static final DescribedPredicate<JavaClass> CHECKPOINTS = resideInAPackage("org.vito.learner.checkpoint");

    @Test
    void everyModuleIsHere() {
        Set<String> modules = new TreeSet<>();
        OURS.forEach(c -> modules.add(module(c)));
        assertThat(modules).isEqualTo(new TreeSet<>(ARROWS.keySet()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"protocol", "decode", "ingest", "augment", "learner", "evaluator", "deploy"})
    void modulesUseOnlyThoseTheyMay(String module) {
        Set<String> forbidden = new TreeSet<>(ARROWS.keySet());
        forbidden.removeAll(ARROWS.getOrDefault(module, Set.of()));
        forbidden.remove(module);
        if (!forbidden.isEmpty()) {
            noClasses()
                    .that()
                    .resideInAPackage(packages(module))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            forbidden.stream().map(ArchitectureTest::packages).toArray(String[]::new))
                    .check(OURS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"decode", "ingest", "augment", "learner", "evaluator", "deploy"})
    void onlyAModulesRootPackageIsSeenFromOutside(String module) {
        noClasses()
                .that()
                .resideOutsideOfPackage(packages(module))
                .should()
                .dependOnClassesThat(
                        resideInAPackage("org.vito." + module + ".*..").and(not(CHECKPOINTS)))
                .allowEmptyShould(true)
                .check(OURS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"decode", "ingest", "augment", "learner", "evaluator", "deploy"})
    void packagesOfAModuleFormNoCycles(String module) {
        slices().matching("org.vito." + module + ".(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(OURS);
    }

    @Test
    void tensorFlowIsTheLearnersAndTheEvaluators() {
        onlyIn(new String[] {"learner", "evaluator"}, "org.tensorflow..");
    }

    @Test
    void libavIsDecodes() {
        onlyIn(new String[] {"decode"}, "org.bytedeco.ffmpeg..");
    }

    /** Of decode, for the JPEGs of clips, which its libjpeg-turbo codes in half the time of libav's encoder. */
    @Test
    void openCvIsAugmentsAndDecodes() {
        onlyIn(new String[] {"augment", "decode"}, "org.bytedeco.opencv..", "org.bytedeco.openblas..");
    }

    @Test
    void httpIsServedByTheEvaluatorAlone() {
        onlyIn(new String[] {"evaluator"}, "akka.http..");
    }

    @Test
    void theBrokerAndTheCommandLineAreDeploys() {
        onlyIn(new String[] {"deploy"}, "kafka..", "org.apache.kafka.server..", "org.apache.kafka.metadata..");
        onlyIn(new String[] {"deploy"}, "picocli..", "ch.qos.logback..");
    }

    @Test
    void protocolUsesNeitherAkkaNorNativeLibraries() {
        classes()
                .that()
                .resideInAPackage(packages("protocol"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.vito.protocol..",
                        "com.google.protobuf..",
                        "com.google.gson..",
                        "org.apache.kafka.clients..",
                        "org.apache.kafka.common..",
                        "com.typesafe.config..",
                        "io.micrometer.core..",
                        "org.slf4j..",
                        "org.jspecify..")
                .check(OURS);
    }

    @Test
    void randomNumbersComeFromTheCounterBasedGenerator() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Random.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(SplittableRandom.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocalRandom.class)
                .orShould()
                .callMethod(Math.class, "random")
                .check(OURS);
    }

    /** The time of day is handed in; only who wires the system, or opens a store for it, takes the system's. */
    @Test
    void timeIsInjected() {
        DescribedPredicate<JavaClass> elsewhere = not(resideInAPackage(packages("deploy")));
        noClasses()
                .that(elsewhere)
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .check(OURS);
        noClasses()
                .that(elsewhere)
                .and()
                .doNotHaveFullyQualifiedName("org.vito.protocol.DirectoryObjectStore")
                .should()
                .callMethod(InstantSource.class, "system")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(Clock.class, "systemDefaultZone")
                .check(OURS);
    }

    @Test
    void nothingSleepsButTheSetupOfTopics() {
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(OURS);
    }

    @Test
    void processesEndAndPrintWhereTheirMainIs() {
        DescribedPredicate<JavaClass> mains = resideInAnyPackage(packages("deploy"), "org.vito.decode.child..");
        noClasses()
                .that(not(mains))
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(OURS);
        noClasses().that(not(mains)).should().accessField(System.class, "out").check(OURS);
        noClasses().that(not(mains)).should().accessField(System.class, "err").check(OURS);
        noClasses().should().callMethod(Throwable.class, "printStackTrace").check(OURS);
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = new TreeSet<>();
        OURS.that(not(GENERATED)).stream()
                .map(JavaClass::getPackage)
                .filter(p -> !p.isAnnotatedWith(NullMarked.class))
                .forEach(p -> unmarked.add(p.getName()));
        assertThat(unmarked).isEmpty();
    }

    @Test
    void classesAreFinalUnlessMadeToBeExtended() {
        classes()
                .that(not(GENERATED))
                .and()
                .areTopLevelClasses()
                .and()
                .areNotInterfaces()
                .and()
                .doNotHaveModifier(JavaModifier.ABSTRACT)
                .and()
                .areNotAssignableTo(VitoException.class)
                .and(not(hasSubclasses()))
                .should()
                .haveModifier(JavaModifier.FINAL)
                .check(OURS);
    }

    @Test
    void exceptionsThatModulesShowCarryAReason() {
        classes()
                .that()
                .areAssignableTo(Exception.class)
                .and()
                .resideInAPackage("org.vito.*") // what a module shows
                .should()
                .beAssignableTo(VitoException.class)
                .check(OURS);
    }

    @Test
    void loggersAreConstants() {
        fields().that()
                .haveRawType(Logger.class)
                .should()
                .bePrivate()
                .andShould()
                .beStatic()
                .andShould()
                .beFinal()
                .check(OURS);
    }

    private static void onlyIn(String[] modules, String... libraries) {
        String[] allowed = new String[modules.length];
        for (int i = 0; i < modules.length; i++) {
            allowed[i] = packages(modules[i]);
        }
        noClasses()
                .that()
                .resideOutsideOfPackages(allowed)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries)
                .check(OURS);
    }

    private static DescribedPredicate<JavaClass> hasSubclasses() {
        return DescribedPredicate.describe(
                "have subclasses", c -> !c.getSubclasses().isEmpty());
    }

    private static String packages(String module) {
        return "org.vito." + module + "..";
    }

    private static String module(JavaClass c) {
        return new StringTokenizer(c.getPackageName().substring("org.vito.".length()), ".").nextToken();
    }
}
