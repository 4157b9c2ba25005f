package org.vito.augment;

import com.typesafe.config.Config;
import java.util.List;
import org.vito.protocol.Settings;

/**
 * Settings of the view transforms; every key is explained in {@code reference.conf} under {@code vito.augment}.
 *
 * @param size side of a view, pixels
 * @param sampling which frames of a clip its views are made of
 * @param scaleMin least share of the frame's area in a crop
 * @param scaleMax greatest share of the frame's area in a crop
 * @param aspectMin least ratio of a crop's width to its height
 * @param aspectMax greatest ratio of a crop's width to its height
 * @param recipes what is done to each view, in the order of the views: 2 … 4
 * @param jitter what the changes of colour jitter mean
 * @param maxPixels most pixels of a clip's frame
 * @param evaluationResize length of the shorter side in evaluation, pixels
 * @param parallelism clips worked on at the same time, at least 1
 * @param buffers batches that exist at the same time
 */
public record AugmentSettings(
        int size,
        FrameSampling sampling,
        double scaleMin,
        double scaleMax,
        double aspectMin,
        double aspectMax,
        List<Recipe> recipes,
        JitterDefinition jitter,
        long maxPixels,
        int evaluationResize,
        int parallelism,
        int buffers) {

    public AugmentSettings {
        recipes = List.copyOf(recipes);
    }

    private enum RecipeName {
        A1,
        A2
    }

    /** Reads and checks {@code vito.augment}. */
    public static AugmentSettings from(Config config) {
        Settings settings = Settings.at(config, "vito.augment");
        Settings crop = settings.in("crop");
        double scaleMin = crop.number("scale-min", 0.001, 1);
        double aspectMin = crop.number("aspect-min", 0.01, 100);
        int parallelism = settings.whole("parallelism", 0, 1024);
        return new AugmentSettings(
                settings.whole("size", 8, 4096),
                FrameSampling.from(settings),
                scaleMin,
                crop.number("scale-max", scaleMin, 1),
                aspectMin,
                crop.number("aspect-max", aspectMin, 100),
                recipes(settings),
                settings.choice("jitter", JitterDefinition.class),
                settings.whole("max-pixels", 1, Integer.MAX_VALUE / 3),
                settings.in("evaluation").whole("resize", 1, 8192),
                parallelism == 0 ? Runtime.getRuntime().availableProcessors() : parallelism,
                settings.whole("buffers", 2, 64));
    }

    private static List<Recipe> recipes(Settings settings) {
        Recipe a1 = Recipe.from(settings.in("a1"));
        Recipe a2 = Recipe.from(settings.in("a2"));
        Recipe third = settings.choice("third-view", RecipeName.class) == RecipeName.A1 ? a1 : a2;
        Recipe fourth = settings.choice("fourth-view", RecipeName.class) == RecipeName.A1 ? a1 : a2;
        return List.of(a1, a2, third, fourth).subList(0, settings.whole("views", 2, 4));
    }

    /** Views made of every clip. */
    public int views() {
        return recipes.size();
    }

    /** Bytes of one view: {@code [size, size, 3]}. */
    public int viewBytes() {
        return size * size * 3;
    }
}
