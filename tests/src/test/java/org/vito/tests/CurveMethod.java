package org.vito.tests;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.util.List;
import java.util.Map;

/**
 * A way to learn that a learning curve shows: the preset {@code small}, possibly with another preset above it.
 *
 * @param name of the run
 * @param label for people
 * @param presets the later ones win
 * @param settings beyond the presets
 * @param views of a clip in a batch
 * @param learns whether weights change
 */
record CurveMethod(
        String name, String label, List<String> presets, Map<String, String> settings, int views, boolean learns) {
    private static final String BASE = "small";
    private static final int VIEWS_OF_VITO = 3;
    private static final long STEPS_FOR_STATISTICS = 60; // 0.9^60 of the first statistics is left

    /** No network at all. */
    static final CurveMethod PIXELS = new CurveMethod("pixels", "the pixels", List.of(), Map.of(), 0, false);

    /**
     * The method called {@code name}: {@code vito}; {@code random}, which is VITO with a learning rate of 0, so that only the
     * moving statistics of batch normalisation become the data's; or that of a preset, such as {@code moclr}.
     */
    static CurveMethod named(String name) {
        return switch (name) {
            case "vito" -> new CurveMethod(name, "VITO", List.of(BASE), Map.of(), VIEWS_OF_VITO, true);
            case "random" ->
                new CurveMethod(
                        name,
                        "random weights",
                        List.of(BASE),
                        Map.of("vito.learner.schedule.base-learning-rate", "0"),
                        VIEWS_OF_VITO,
                        false);
            default -> {
                Config preset = ConfigFactory.parseResources(
                        "presets/" + name + ".conf",
                        ConfigParseOptions.defaults().setAllowMissing(false));
                String views = "vito.learner.model.views";
                yield new CurveMethod(
                        name,
                        name.equals("moclr") ? "MoCLR" : name,
                        List.of(BASE, name),
                        Map.of(),
                        preset.hasPath(views) ? preset.getInt(views) : VIEWS_OF_VITO,
                        true);
            }
        };
    }

    /** Steps in which it sees as many views as VITO does in {@code vitoSteps}; few where nothing is learned. */
    long steps(long vitoSteps) {
        return learns ? vitoSteps * VIEWS_OF_VITO / views : Math.min(vitoSteps, STEPS_FOR_STATISTICS);
    }
}
