package org.vito.deploy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The built-in settings that can be asked for by name: every {@code presets/NAME.conf} of the class path. Its first line is
 * a comment that says what it is.
 *
 * @param descriptions what each is, by name
 */
record Presets(SortedMap<String, String> descriptions) {
    /** The option that names presets. */
    static final String OPTION = "--preset";

    private static final String DIRECTORY = "presets";
    private static final String EXTENSION = ".conf";

    Presets {
        descriptions = Collections.unmodifiableSortedMap(new TreeMap<>(descriptions));
    }

    /** Those of a class path. */
    static Presets of(ClassLoader loader) {
        TreeMap<String, String> descriptions = new TreeMap<>();
        try {
            for (URL place : Collections.list(loader.getResources(DIRECTORY))) {
                for (String file : files(place)) {
                    String name = file.substring(0, file.length() - EXTENSION.length());
                    descriptions.put(name, description(loader, resource(name) + EXTENSION));
                }
            }
        } catch (IOException | URISyntaxException e) {
            throw new VitoException(Reason.INTERNAL, "presets cannot be listed: " + e, e);
        }
        return new Presets(descriptions);
    }

    /**
     * The resources of presets given weakest first, strongest first.
     *
     * @throws VitoException BAD_SETTING if there is none of a name
     */
    List<String> resources(Collection<String> names) {
        List<String> resources = new ArrayList<>();
        for (String name : names) {
            if (!descriptions.containsKey(name)) {
                throw new VitoException(
                        Reason.BAD_SETTING,
                        "%s %s is not known; expected one of %s"
                                .formatted(OPTION, name, String.join(", ", descriptions.keySet())));
            }
            resources.add(resource(name));
        }
        Collections.reverse(resources);
        return List.copyOf(resources);
    }

    /** Adds a list of all presets to the help of a command that has the option. */
    void describeIn(CommandLine command) {
        if (command.getCommandSpec().findOption(OPTION) != null) {
            List<String> sections = new ArrayList<>(command.getHelpSectionKeys());
            sections.add(sections.indexOf(UsageMessageSpec.SECTION_KEY_EXIT_CODE_LIST_HEADING), DIRECTORY);
            command.setHelpSectionKeys(sections);
            command.getHelpSectionMap()
                    .put(
                            DIRECTORY,
                            help -> "%nPresets:%n".formatted()
                                    + help.createTextTable(descriptions).toString());
        }
    }

    private static String resource(String name) {
        return DIRECTORY + "/" + name;
    }

    private static List<String> files(URL place) throws IOException, URISyntaxException {
        URLConnection connection = place.openConnection();
        connection.setUseCaches(false);
        if (connection instanceof JarURLConnection inJar) {
            try (JarFile jar = inJar.getJarFile()) {
                return names(jar.stream().map(JarEntry::getName).filter(name -> name.startsWith(DIRECTORY + "/")));
            }
        }
        try (Stream<Path> files = Files.list(Path.of(place.toURI()))) {
            return names(files.map(Path::toString));
        }
    }

    private static List<String> names(Stream<String> paths) {
        return paths.filter(path -> path.endsWith(EXTENSION))
                .map(path -> String.valueOf(Path.of(path).getFileName()))
                .toList();
    }

    private static String description(ClassLoader loader, String resource) throws IOException {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(loader.getResource(resource).openStream(), StandardCharsets.UTF_8))) {
            String first = String.valueOf(reader.readLine());
            if (!first.startsWith("# ")) {
                throw new IOException(resource + " does not begin with a line '# what it is'");
            }
            return first.substring(2);
        }
    }
}
