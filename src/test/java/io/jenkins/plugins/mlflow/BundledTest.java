package io.jenkins.plugins.mlflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
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

    private record Jar(String group, String name, String version, boolean inPlugin, boolean inCommandLine) {}

    @Test
    void thePluginBundlesWhatTheListSaysOrIsNotBuilt() throws Exception {
        Matcher allowed = Pattern.compile("<hpi.bundledArtifacts>(.*)</hpi.bundledArtifacts>")
                .matcher(read("pom.xml"));
        assertTrue(allowed.find());
        assertTrue(read("pom.xml").contains("<hpi.strictBundledArtifacts>true</hpi.strictBundledArtifacts>"));
        assertEquals(
                new TreeSet<>(List.of(allowed.group(1).split(","))),
                names(jars().stream().filter(Jar::inPlugin).map(Jar::name)));
    }

    @Test
    void theCommandLineBundlesWhatTheListSaysOrIsNotBuilt() throws Exception {
        String pom = read("cli/pom.xml");
        assertTrue(pom.contains("<exclude>*:*:*:*:compile</exclude>")
                && pom.contains("<exclude>*:*:*:*:runtime</exclude>"));
        Set<String> allowed = new TreeSet<>();
        Matcher include = Pattern.compile("<include>([^:<]+:[^:<]+):\\[([^:<]+)]</include>")
                .matcher(pom);
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
        Set<String> files =
                names(Arrays.stream(path.split(File.pathSeparator)).map(entry -> new File(entry).getName()));
        for (Jar jar : jars()) {
            if (plugin ? jar.inPlugin : jar.inCommandLine) {
                assertTrue(files.contains(jar.name + "-" + jar.version + ".jar"), () -> jar + " is not in " + files);
            }
        }
    }

    /** The flaw of Jackson is in the parser that is fed, those of other libraries in Java's own serialization. */
    @Test
    void ofTheLibrariesOnlyTheHarmlessReadersAreUsed() {
        Set<String> readers = new TreeSet<>();
        for (JavaClass type : ours()) {
            for (JavaCodeUnitAccess<?> call : type.getCodeUnitAccessesFromSelf()) {
                String owner = call.getTargetOwner().getName();
                String method = call.getTarget().getName();
                boolean makesParser =
                        owner.equals("com.fasterxml.jackson.core.JsonFactory") && method.startsWith("create");
                if (makesParser || owner.equals("java.io.ObjectInputStream")) {
                    readers.add(owner + "." + method);
                }
            }
        }
        assertEquals(
                Set.of(
                        "com.fasterxml.jackson.core.JsonFactory.createGenerator",
                        "com.fasterxml.jackson.core.JsonFactory.createParser"),
                readers);
    }

    /** Only tests compare with the messages of MLflow's client. */
    @Test
    void nothingOfOursNeedsMlflowsClient() {
        assertEquals(
                Set.of(),
                names(ours().stream()
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .map(dependency -> dependency.getTargetClass().getName())
                        .filter(name -> name.startsWith("org.mlflow"))));
    }

    private static JavaClasses ours() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.jenkins.plugins.mlflow");
    }

    private static List<Jar> jars() throws IOException {
        List<Jar> jars = ROW.matcher(read("docs/security.md"))
                .results()
                .map(row -> new Jar(
                        row.group(1),
                        row.group(2),
                        row.group(3),
                        row.group(4).equals("yes"),
                        row.group(5).equals("yes")))
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
