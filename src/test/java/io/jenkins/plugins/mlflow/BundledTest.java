package io.jenkins.plugins.mlflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The list "What is bundled" of docs/security.md is that of the builds, and what it says is out of reach is. */
class BundledTest {
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([^`:]+):([^`:]+):([^`:]+)` \\| (yes|no) \\| (yes|no) \\|");
    private static final String MESSAGES = "org.mlflow_project.google.protobuf.";

    /** What mlflow-client has inside of it and our code must never come to. */
    private static final List<String> OUT_OF_REACH = List.of(
            "org.mlflow.tracking.",
            "org.mlflow_project.apachehttp.",
            "org.mlflow_project.apachecommons.",
            "org.mlflow_project.ini4j.",
            "org.mlflow_project.google.common.io.FileBackedOutputStream",
            "org.mlflow_project.google.common.io.Files");

    private record Jar(String group, String name, String version, boolean inPlugin, boolean inCommandLine) {}

    @Test
    void thePluginBundlesWhatTheListSaysOrIsNotBuilt() throws Exception {
        Matcher allowed = Pattern.compile("<hpi.bundledArtifacts>(.*)</hpi.bundledArtifacts>").matcher(read("pom.xml"));
        assertTrue(allowed.find());
        assertTrue(read("pom.xml").contains("<hpi.strictBundledArtifacts>true</hpi.strictBundledArtifacts>"));
        assertEquals(
                new TreeSet<>(List.of(allowed.group(1).split(","))),
                names(jars().stream().filter(Jar::inPlugin).map(Jar::name)));
    }

    @Test
    void theCommandLineBundlesWhatTheListSaysOrIsNotBuilt() throws Exception {
        String pom = read("cli/pom.xml");
        assertTrue(pom.contains("<exclude>*:*:*:*:compile</exclude>") && pom.contains("<exclude>*:*:*:*:runtime</exclude>"));
        Set<String> allowed = new TreeSet<>();
        Matcher include = Pattern.compile("<include>([^:<]+:[^:<]+):\\[([^:<]+)]</include>").matcher(pom);
        while (include.find()) {
            allowed.add(include.group(1) + ":" + include.group(2));
        }
        assertEquals(
                allowed,
                names(jars().stream()
                        .filter(Jar::inCommandLine)
                        .map(jar -> jar.group + ":" + jar.name + ":" + jar.version)));
    }

    @Test
    void theVersionsAreThoseOfTheBuild() throws Exception {
        boolean plugin = isThere("hudson.model.Run");
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Set<String> files = names(Arrays.stream(path.split(File.pathSeparator)).map(entry -> new File(entry).getName()));
        for (Jar jar : jars()) {
            if (plugin ? jar.inPlugin : jar.inCommandLine) {
                assertTrue(files.contains(jar.name + "-" + jar.version + ".jar"), () -> jar + " is not in " + files);
            }
        }
    }

    @Test
    void nothingOfOursLeadsToTheTransportOrTheFilesOfMlflowsClient() {
        JavaClasses all = imported("io.jenkins.plugins.mlflow", "org.mlflow", "org.mlflow_project", "com.databricks");
        Set<JavaClass> reached = new LinkedHashSet<>();
        Deque<JavaClass> next = new ArrayDeque<>();
        all.stream().filter(type -> type.getName().startsWith("io.jenkins.")).forEach(next::add);
        while (!next.isEmpty()) {
            JavaClass type = next.pop();
            if (reached.add(type)) {
                type.getDirectDependenciesFromSelf().stream()
                        .map(Dependency::getTargetClass)
                        .map(JavaClass::getBaseComponentType)
                        .forEach(next::add);
            }
        }
        assertTrue(reached.stream().anyMatch(type -> type.getName().equals(MESSAGES + "util.JsonFormat")));
        assertEquals(
                Set.of(),
                names(reached.stream()
                        .map(JavaClass::getName)
                        .filter(name -> OUT_OF_REACH.stream().anyMatch(name::startsWith))));
    }

    /**
     * The flaws of protobuf are in the readers of its binary and its text form, that of Jackson in the parser that is fed, that of
     * Gson in Java's own serialization.
     */
    @Test
    void ofTheLibrariesOnlyTheHarmlessReadersAreUsed() {
        JavaClasses ours = imported("io.jenkins.plugins.mlflow");
        Set<String> readers = new TreeSet<>();
        for (JavaClass type : ours) {
            for (JavaCodeUnitAccess<?> call : type.getCodeUnitAccessesFromSelf()) {
                String owner = call.getTargetOwner().getName();
                String method = call.getTarget().getName();
                boolean readsMessage = (owner.startsWith("org.mlflow") || owner.startsWith("com.databricks"))
                        && (method.startsWith("parse") || method.startsWith("merge") || owner.contains("TextFormat"));
                boolean makesParser = owner.equals("com.fasterxml.jackson.core.JsonFactory") && method.startsWith("create");
                if (readsMessage || makesParser || owner.equals("java.io.ObjectInputStream")) {
                    readers.add(owner + "." + method);
                }
            }
        }
        assertEquals(
                Set.of(
                        "com.fasterxml.jackson.core.JsonFactory.createGenerator",
                        "com.fasterxml.jackson.core.JsonFactory.createParser",
                        MESSAGES + "util.JsonFormat.parser",
                        MESSAGES + "util.JsonFormat$Parser.merge"),
                readers);
    }

    /** These packages whole, and of all others the names only, which takes a tenth of the time. */
    private static JavaClasses imported(String... packages) {
        return ArchConfiguration.withThreadLocalScope(configuration -> {
            configuration.setResolveMissingDependenciesFromClassPath(false);
            return new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages(packages);
        });
    }

    private static List<Jar> jars() throws IOException {
        List<Jar> jars = ROW.matcher(read("docs/security.md"))
                .results()
                .map(row -> new Jar(
                        row.group(1), row.group(2), row.group(3), row.group(4).equals("yes"), row.group(5).equals("yes")))
                .toList();
        assertTrue(jars.size() > 5, jars::toString);
        return jars;
    }

    private static boolean isThere(String type) {
        try {
            Class.forName(type, false, BundledTest.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static Set<String> names(Stream<String> names) {
        return new TreeSet<>(names.toList());
    }

    private static String read(String file) throws IOException {
        return Files.readString(Guide.docs().getParent().resolve(file));
    }
}
